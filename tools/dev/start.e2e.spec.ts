import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, markOf, removePostgres } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import type { LocalFile } from './data-folder/local-file.ts';
import { processesNaming } from '../test/stragglers.ts';
import { ROOT } from './settings.ts';

const READY_MS = 180_000;
const log = (): void => undefined;
let dataDir: string;
let port: number;
let running: ChildProcess | undefined;
let output = '';

const localFile = (): string => join(dataDir, 'local.json');
const readLocal = (): LocalFile => JSON.parse(readFileSync(localFile(), 'utf8')) as LocalFile;

/** `npm start` as it is typed; resolves when its last line says that it is ready. */
async function npmStart(): Promise<LocalFile> {
  output = '';
  running = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { ...process.env, SIGNET_DATA_DIR: dataDir, SIGNET_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const collect = (chunk: Buffer): void => void (output += chunk.toString());
  running.stdout?.on('data', collect);
  running.stderr?.on('data', collect);
  const ended = (): boolean => running?.exitCode !== null;
  await waitFor(() => ended() || /Signet is ready.*\n$/.test(output), { what: 'npm start', timeoutMs: READY_MS });
  if (ended()) throw new Error(output);
  return readLocal();
}

async function interrupt(): Promise<number> {
  const ended = once(running as ChildProcess, 'exit');
  running?.kill('SIGINT');
  const [code] = (await ended) as [number];
  return code;
}

/** The port that was asked for, or, where that one was taken, the port that the output names instead. */
const publicPort = (): string => /is taken: the public address gets (\d+)/.exec(output)?.[1] ?? String(port);

const call = async (
  { url, tenantKey }: LocalFile,
  path: string,
  body?: object,
): Promise<{ data: object[]; id: string }> => {
  const headers = { authorization: `Bearer ${tenantKey}`, 'content-type': 'application/json' };
  const post = body && { method: 'POST', body: JSON.stringify(body) };
  return (await (await fetch(url + path, { headers, ...post })).json()) as { data: object[]; id: string };
};

const webhooks = async ({ url, tenantKey }: LocalFile): Promise<{ id: string }[]> => {
  const response = await fetch(`${url}/v1/webhooks`, { headers: { authorization: `Bearer ${tenantKey}` } });
  return ((await response.json()) as { data: { id: string }[] }).data;
};

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'signet-start-'));
  chmodSync(dataDir, 0o755);
  port = await freePort();
});
afterEach(async () => {
  if (running?.exitCode === null) await interrupt();
});
afterAll(async () => {
  await removePostgres(join(dataDir, 'postgres'), log);
  rmSync(dataDir, { recursive: true, force: true });
});

test(
  'one command runs everything, starts again what dies, ends without a trace, and has its data the next time',
  async () => {
    const first = await npmStart();
    expect(output).toContain('signature verified');
    expect(output).toContain(first.operatorKey);
    expect(output).toContain(
      `Kafka        ${first.kafkaBrokers} (started here, since SIGNET_KAFKA_BROKERS is not set)`,
    );
    expect(output).toMatch(
      /PostgreSQL   127\.0\.0\.1:\d+\/signet \(started here, since SIGNET_DATABASE_URL is not set\)/,
    );
    expect(output).toContain(`installation ${first.installation}`);
    expect(statSync(localFile()).mode & 0o777).toBe(0o600);
    expect(new URL(first.url).port).toBe(publicPort());
    const [webhook] = await webhooks(first);

    process.kill(first.services.delivery.pid, 'SIGKILL');
    await waitFor(() => output.includes('delivery is back'), { what: 'delivery' });
    const afterwards = readLocal();
    expect(afterwards.services.delivery.pid).not.toBe(first.services.delivery.pid);
    expect(afterwards).toMatchObject({
      operatorKey: first.operatorKey,
      services: { registry: first.services.registry },
    });

    const about = { name: 'Of the tenant', url: 'https://shop.example/hook', events: ['sale.created'] };
    const { id: other } = await call(first, '/v1/webhooks', about);

    const ofBundled = (): Promise<{ data: { messageId?: string }[] }> =>
      call(first, `/v1/deliveries?webhookId=${webhook?.id}`) as Promise<{ data: { messageId?: string }[] }>;
    await waitFor(async () => (await ofBundled()).data.length > 0, { what: 'the first delivery to be recorded' });
    const ofFirstStart = (await ofBundled()).data.map(({ messageId }) => messageId);

    // Their ports do not show that they have ended: another Signet may get them at once.
    const processes = processesNaming(dataDir);
    expect(processes).toEqual(expect.arrayContaining(Object.values(afterwards.services).map(({ pid }) => pid)));
    expect(await interrupt()).toBe(0);
    expect(processesNaming(dataDir)).toEqual([]);
    expect(Object.values(afterwards.services).map(({ pid }) => markOf(pid))).toEqual([undefined, undefined, undefined]);
    expect(existsSync(localFile())).toBe(false);

    const second = await npmStart();
    expect(output).not.toContain(second.operatorKey);
    const { installation, operatorKey, tenantId, tenantKey, producerKey } = first;
    expect(second).toMatchObject({ installation, operatorKey, tenantId, tenantKey, producerKey });
    expect((await webhooks(second)).map(({ id }) => id)).toEqual([other, webhook?.id]);
    // The first delivery of a start is the bundled receiver's alone: the tenant's other webhook gets nothing of it.
    expect(output).toContain('Sending a test delivery of sale.created to the bundled receiver alone');
    expect(output).toContain('signature verified');
    // The event of the first start may come: delivery was killed, reads it once more, and finds the later webhook subscribed.
    const { data } = (await call(second, `/v1/deliveries?webhookId=${other}`)) as { data: { messageId?: string }[] };
    expect(data.filter(({ messageId }) => !ofFirstStart.includes(messageId))).toEqual([]);
    expect(await interrupt()).toBe(0);
  },
  3 * READY_MS,
);

test(
  'a launcher that is killed leaves processes behind, and the next one ends them',
  async () => {
    const first = await npmStart();
    const { launcher } = JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8')) as {
      launcher: { pid: number };
    };
    process.kill(launcher.pid, 'SIGKILL');
    await waitFor(() => running?.exitCode !== null, { what: 'the end of npm' });
    expect(markOf(first.services.registry.pid)).toBeDefined();

    const second = await npmStart();
    expect(output).toContain('which an earlier run left behind');
    expect(second.installation).toBe(first.installation);
    const { services } = first;
    expect(Object.values(services).map(({ pid }) => markOf(pid))).toEqual([undefined, undefined, undefined]);
    expect(await interrupt()).toBe(0);
  },
  3 * READY_MS,
);
