import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { waitFor } from '@signet/testing';

const library = fileURLToPath(new URL('../..', import.meta.url));

/** A service that logs 100 KB for each request. */
const SERVICE = `
  import * as kit from '@signet/service-kit';
  import { Module } from '@nestjs/common';
  const settings = kit.settingsFromEnvironment(kit.sharedSettings.service({ port: 0, managementPort: 0 }));
  class Empty {}
  Module({})(Empty);
  const logger = kit.pinoLogger('talker');
  const configureFastify = (fastify) => {
    fastify.get('/talk', () => logger.info({ text: 'x'.repeat(100_000) }, 'talk') ?? 'said');
    fastify.get('/crash', () => setImmediate(() => { throw new Error('lost'); }) && 'soon');
  };
  await kit.runService({ name: 'talker', module: Empty, settings, logger, openapi: { title: 'Talker' }, configureFastify });`;

const running: ReturnType<typeof talker>[] = [];
afterEach(() => {
  for (const { child } of running.splice(0)) {
    child.kill('SIGKILL');
    // Output that is not read would keep jest's worker alive.
    child.stdout?.destroy();
  }
});

/** Its stdout is a pipe from which nothing is read yet. */
function talker(port: number, managementPort: number) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SERVICE], {
    cwd: library,
    env: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: String(port),
      SIGNET_MANAGEMENT_PORT: String(managementPort),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, url: `http://127.0.0.1:${port}`, managementUrl: `http://127.0.0.1:${managementPort}` };
}

/** A service that has logged 10 MB while its reader read nothing. */
async function unheard() {
  const service = talker(await freePort(), await freePort());
  running.push(service);
  await waitFor(async () => (await fetch(`${service.managementUrl}/readyz`)).ok, { what: 'readiness' });
  for (let n = 0; n < 100; n += 1) expect(await (await fetch(`${service.url}/talk`)).text()).toBe('said');
  return service;
}

const droppedBy = async (managementUrl: string): Promise<number> => {
  const metrics = await (await fetch(`${managementUrl}/metrics`)).text();
  return Number(/^signet_log_lines_dropped_total (\d+)$/m.exec(metrics)?.[1]);
};

/** The output of the process from now on; it may grow later. */
function readingOf({ child }: ReturnType<typeof talker>): { readonly lines: () => Record<string, unknown>[] } {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const whole = (): string[] =>
    output
      .slice(0, output.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean);
  return { lines: () => whole().map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('holds up no request, its lost lines are counted, and it ends like any other', async () => {
  const { child, managementUrl } = await unheard();
  // A megabyte waits in the service, and the pipe has taken its fill; the rest was dropped.
  const dropped = await droppedBy(managementUrl);
  expect(dropped).toBeGreaterThan(80);
  expect(dropped).toBeLessThan(100);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('says how many lines are missing when the reader reads again', async () => {
  const service = await unheard();
  const dropped = await droppedBy(service.managementUrl);
  const { lines } = readingOf(service);
  const told = () => lines().reduce((sum, line) => sum + Number(line['dropped'] ?? 0), 0);
  const talkAndAdd = async () => (await fetch(`${service.url}/talk`)).ok && told() >= dropped;
  await waitFor(talkAndAdd, { what: 'the number of lines that are missing' });
  expect(told()).toBe(await droppedBy(service.managementUrl));
});

test('has the last words of a process that crashes, if it is read then', async () => {
  const service = await unheard();
  const { lines } = readingOf(service);
  await fetch(`${service.url}/crash`).catch(() => undefined);
  await waitFor(() => lines().some(({ level }) => level === 'fatal'), { what: 'the last words' });
  expect(lines().at(-1)).toMatchObject({ err: { message: 'lost' }, msg: 'an exception was not caught' });
});

test('holds up no crash either', async () => {
  const { child, url } = await unheard();
  const exited = once(child, 'exit');
  await fetch(`${url}/crash`).catch(() => undefined);
  expect(await exited).toEqual([1, null]);
});
