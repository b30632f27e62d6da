import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { hasProc } from '../measure/proc.ts';
import { ReceiverServer } from '../receiver/receiver-server.ts';
import { measurePeer } from './measure-peer.ts';
import type { PeerArguments } from './peer-arguments.ts';

let receiver: ReceiverServer;
let receiverUrl: string;
let forwarder: ChildProcess;
let peer: PeerArguments;

beforeAll(async () => {
  receiver = new ReceiverServer();
  receiverUrl = `http://127.0.0.1:${await receiver.listen()}`;
  const script = fileURLToPath(new URL('forwarder.ts', import.meta.url));
  forwarder = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(forwarder.stdout!, 'data')) as [Buffer];
  const port = /:(\d+)/.exec(String(said))?.[1];
  peer = {
    url: `http://127.0.0.1:${port}/messages`,
    method: 'POST',
    headers: [['content-type', 'application/json']],
    body: '{"to":"{{receiver}}","id":"{{eventId}}","data":{{data}}}',
    connections: 8,
    messages: 300,
    rate: undefined,
    pids: [forwarder.pid ?? 0],
    receiverPort: 0,
  };
});
afterAll(async () => {
  forwarder?.kill('SIGKILL');
  await receiver?.close();
});

/** How long the bench waits without a new arrival, milliseconds: a busy machine may stand still for a while, and a test that waits in vain is slow. */
const UNTIL_ALL_CAME_MS = 60_000;
const UNTIL_MISSING_MS = 2_000;

const measured = (changes: Partial<PeerArguments> = {}, warmUp = false, patienceMs = UNTIL_ALL_CAME_MS) =>
  measurePeer({ kind: 'order', peer: { ...peer, ...changes }, receiverUrl, patienceMs, warmUp });

test('what another program delivers is counted and timed as it is for Signet, the warm-up apart', async () => {
  const { figures, ledger, notes } = await measured({}, true);
  expect(ledger).toEqual({ sent: 300, accepted: 300, expected: 300, once: 300, repeated: 0, missing: 0 });
  const value = (name: RegExp): number => figures.find((figure) => name.test(figure.name))?.value ?? Number.NaN;
  expect(value(/^delivered a second/)).toBeGreaterThan(0);
  expect(value(/p99/)).toBeGreaterThanOrEqual(value(/p50/));
  if (hasProc) expect(value(/^CPU seconds/)).toBeGreaterThan(0);
  expect(notes).toEqual([]);
});

test('messages come at the rate that was asked for', async () => {
  const { figures, ledger } = await measured({ messages: 40, rate: 100, pids: [] });
  expect(ledger).toMatchObject({ once: 40, missing: 0 });
  expect(figures.find(({ name }) => name.startsWith('messages accepted'))?.value).toBeLessThan(110);
  expect(figures.some(({ name }) => name.startsWith('CPU'))).toBe(false);
});

test('messages that are accepted and never delivered are missing', async () => {
  const changes = { body: '{"to":"{{receiver}}","id":"{{eventId}}","data":{}}', messages: 3 };
  const { ledger } = await measured(changes, false, UNTIL_MISSING_MS);
  expect(ledger).toMatchObject({ accepted: 3, once: 0, missing: 3 });
});

test('a peer that refuses everything is a failure before anything is measured', async () => {
  await expect(measured({ url: `${receiverUrl}/fail/peer` }, true)).rejects.toThrow('answered 500');
});
