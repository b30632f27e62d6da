import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removePostgres, startPostgres } from '@signet/embedded';
import type { RunningPostgres } from '@signet/embedded';
import { migrate } from '@signet/service-kit';
import { waitFor } from '@signet/testing';
import pg from 'pg';
import { faultDatabase, faultRelay } from './lock-holder/fault-relay.ts';
import { HERE, Namespace, NETWORK } from './lock-holder/namespace.ts';
import type { FaultScript } from './fault-script.ts';

const HOLDER = fileURLToPath(new URL('lock-holder/holder.ts', import.meta.url));
/** Issue 13: within this time the lock is free and another relay publishes. */
const BOUND_SECONDS = 30;

/** The longest wait: far beyond the bound, so that the real time can be printed where the bound is missed. */
const PATIENCE_MS = 300_000;

type Strike = (holder: Namespace) => void;
const CASES: readonly (readonly [what: string, strike: Strike])[] = [
  ['its machine is gone: no FIN, no RST, no answer', (holder) => holder.disappear()],
  ['its process stands still, and its kernel goes on answering', (holder) => holder.standStill()],
];

/** A relay holds its lock from a network namespace of its own; the time until another one publishes is printed. */
const lockHolder: FaultScript = async (_args, stopping) => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('The holder lives in a network namespace of its own: this needs Linux and root.');
  const results: boolean[] = [];
  for (const [what, strike] of CASES) results.push(await measure(what, strike, stopping));
  return results.every(Boolean) ? 0 : 1;
};
export default lockHolder;

async function measure(what: string, strike: Strike, stopping: AbortSignal): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-faults-'));
  // PostgreSQL runs as another user, and has to pass through.
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'postgres');
  const log = (): void => undefined;
  const holder = await Namespace.start(process.execPath, ['--disable-warning=ExperimentalWarning', HOLDER]);
  try {
    const server = await startPostgres({ dataDir, listen: { address: HERE, clients: NETWORK }, log });
    const seconds = await untilRelayedAgain(server, holder, strike, stopping);
    console.log(`A holder of the relay's lock: ${what}. Relayed again after ${seconds.toFixed(1)} s.`);
    return seconds < BOUND_SECONDS;
  } finally {
    await holder.end();
    await removePostgres(dataDir, log);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function untilRelayedAgain(
  server: RunningPostgres,
  holder: Namespace,
  strike: Strike,
  stopping: AbortSignal,
): Promise<number> {
  const options = faultDatabase(server.url);
  await migrate(options);

  const publishing = once(holder.process, 'message');
  const distant = new URL(server.url);
  distant.hostname = HERE;
  holder.process.send(distant.href);
  await publishing;

  const published: string[] = [];
  const waiting = faultRelay(server.url, (streams) => void published.push(...streams));
  waiting.start();
  await waitFor(() => waiting.role === 'waiting', { what: 'the second relay to wait for the lock' });
  try {
    strike(holder);
    const since = performance.now();
    await append(server.url);
    const isOver = (): boolean => stopping.aborted || published.length > 0;
    await waitFor(isOver, { what: 'the second relay to publish', timeoutMs: PATIENCE_MS });
    stopping.throwIfAborted();
    return (performance.now() - since) / 1_000;
  } finally {
    await waiting.stop();
  }
}

async function append(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into faults.events (stream_id, version, type, data, actor, recorded_at)
     values ('late', 1, 'Added', '{}', 'faults', now())`,
  );
  await client.end();
}
