import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { waitFor } from '@signet/testing';

const library = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = ['dist/example/main.js'];
const KEY = 'an-operator-key-of-the-test';

interface Run {
  readonly process: ChildProcessWithoutNullStreams;
  readonly url: string;
  readonly managementUrl: string;
  output(): string;
  readonly exitCode: Promise<number | null>;
}

const running: ChildProcessWithoutNullStreams[] = [];
afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

async function run(arguments_: readonly string[], environment: Record<string, string> = {}): Promise<Run> {
  const [port, managementPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, arguments_, {
    cwd: library,
    env: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: String(port),
      SIGNET_MANAGEMENT_PORT: String(managementPort),
      SIGNET_OPERATOR_KEY: KEY,
      ...environment,
    },
  });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    process: child,
    url: `http://127.0.0.1:${port}`,
    managementUrl: `http://127.0.0.1:${managementPort}`,
    output: () => output,
    exitCode: new Promise((resolve) => child.once('close', resolve)),
  };
}

const ready = (service: Run): Promise<boolean> =>
  waitFor(async () => (await fetch(`${service.managementUrl}/readyz`)).ok, { what: `readiness:\n${service.output()}` });

/** A service without decorators, so that it runs as it is written here. */
const script = (options: string): string[] => [
  '--input-type=module',
  '--eval',
  `import * as kit from '@signet/service-kit';
   import { Module } from '@nestjs/common';
   const settings = kit.settingsFromEnvironment(kit.sharedSettings.service({ port: 0, managementPort: 0 }));
   class Empty {}
   Module({})(Empty);
   await kit.runService({ name: 'script', module: Empty, settings, openapi: { title: 'Script' }, ${options} });`,
];

describe('the service of the README', () => {
  test('is the one that runs here', () => {
    const readme = readFileSync(`${library}/README.md`, 'utf8');
    const source = readFileSync(`${library}/src/example/main.ts`, 'utf8').replace(/^\/\/ eslint-disable.*\n/m, '');
    expect(/```ts\n([\s\S]*?)```/.exec(readme)?.[1]).toBe(source);
  });

  test('starts, answers, and stops with 0', async () => {
    const service = await run(EXAMPLE, { GREETING: 'Good day' });
    await ready(service);
    const response = await fetch(`${service.url}/v1/greetings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: '{"name":"Ada"}',
    });
    expect(await response.json()).toEqual({ text: 'Good day, Ada!', from: 'Olga' });
    expect((await fetch(`${service.url}/openapi.json`)).status).toBe(200);
    service.process.kill('SIGTERM');
    expect(await service.exitCode).toBe(0);
    expect(service.output()).toContain('greeter has stopped');
    expect(service.output()).not.toContain(KEY);
  });

  test('ends with 78 and a sentence for each bad setting', async () => {
    const service = await run(EXAMPLE, { GREETING: 'Hi', SIGNET_HTTP_PORT: 'http' });
    expect(await service.exitCode).toBe(78);
    expect(service.output()).toBe(
      'SIGNET_HTTP_PORT must be a whole number from 0 to 65535, but it is "http".\n' +
        'GREETING must be one of Hello, Good day, but it is "Hi".\n',
    );
  });
});

describe('a process', () => {
  test('that cannot stop in time ends with 1', async () => {
    const hang = `configureFastify: (fastify) => void fastify.get('/hang', () => {
      console.log('hanging');
      return new Promise(() => undefined);
    })`;
    const service = await run(script(hang), { SIGNET_SHUTDOWN_DEADLINE: '200ms' });
    await ready(service);
    const hanging = fetch(`${service.url}/hang`).then(
      () => 'answered',
      () => 'cut off',
    );
    await waitFor(() => service.output().includes('hanging'), { what: 'the request to arrive' });
    service.process.kill('SIGINT');
    expect(await service.exitCode).toBe(1);
    expect(service.output()).toContain('the stop took too long');
    expect(await hanging).toBe('cut off');
  });

  test('with an uncaught error ends with 1 and says which', async () => {
    const service = await run(script(`strategies: () => (setTimeout(() => { throw new Error('lost') }, 10), [])`));
    expect(await service.exitCode).toBe(1);
    expect(service.output()).toMatch(/"level":"fatal".*lost.*an exception was not caught/);
  });

  test('that cannot start ends with 1 and says why', async () => {
    const service = await run(script(`strategies: () => { throw new Error('no transport') }`));
    expect(await service.exitCode).toBe(1);
    expect(service.output()).toMatch(/"level":"fatal".*no transport.*script cannot start/);
  });

  test('writes its compiled code before it begins to work, since it stands still meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signet-compiled-'));
    const code = script('').map((line) =>
      line.replace(
        'class Empty {}',
        `import { readdirSync } from 'node:fs';
         class Empty {
           onModuleInit() {
             const files = readdirSync(process.env.NODE_COMPILE_CACHE, { recursive: true });
             console.log(files.length > 10 ? 'written before' : 'not written yet');
           }
         }`,
      ),
    );
    try {
      const service = await run(code, { NODE_COMPILE_CACHE: folder });
      await ready(service);
      expect(service.output()).toContain('written before');
      service.process.kill('SIGTERM');
      expect(await service.exitCode).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('whose Kafka is not there yet is live, is not ready, tells callers to come back, and stops at once', async () => {
    const port = await freePort();
    const topics = `topics: [{ name: 'x', partitions: 1, cleanup: 'delete', key: 'x', description: 'x' }]`;
    const code = script(topics).map((line) =>
      line.replace(
        'settings, openapi',
        `settings: { ...settings, SIGNET_KAFKA_BROKERS: ['127.0.0.1:${port}'] }, openapi`,
      ),
    );
    const service = await run(code);
    await waitFor(() => service.output().includes('Kafka is not reachable yet'), { what: 'the log line' });
    expect((await fetch(`${service.managementUrl}/livez`)).status).toBe(200);
    expect(await (await fetch(`${service.managementUrl}/readyz`)).json()).toMatchObject({
      checks: { service: 'starting' },
    });
    const answer = await fetch(`${service.url}/v1/anything`, { method: 'POST', body: 'x' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await answer.json()).toMatchObject({ code: 'unavailable' });
    service.process.kill('SIGTERM');
    expect(await service.exitCode).toBe(0);
  });
});
