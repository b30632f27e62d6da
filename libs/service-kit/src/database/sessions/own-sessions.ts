import type { Client } from 'pg';
import { StartRefusedError } from '../../service/start/start-refused.error.ts';
import { isRefusedForGood, poolerSentence, refusedSentence } from '../../service/start/unreachable.policy.ts';
import { withClient } from '../connect.ts';
import type { DatabaseAddress } from '../database-address.ts';
import { DEFAULT_LIMITS, sessionSettings } from './session-limits.ts';

/** Settings that PostgreSQL shows on every system with the value that it was given. */
const SHOWN = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const;

/**
 * Connects to PostgreSQL, and checks that a connection keeps one session of its own. Relays, migrations and retention hold
 * locks of their session, and the limits of this folder are settings of it: behind a pooler that shares sessions, one session
 * would take a lock and another one would release it.
 *
 * @throws PostgreSQL's error if it refuses the connection; StartRefusedError if a pooler shares sessions
 */
export async function requireOwnSessions(address: DatabaseAddress): Promise<void> {
  await withClient(address, async (one) => {
    await refuseDroppedSettings(one, address);
    await withClient(address, (other) => refuseSharing(one, other));
  });
}

/** The same for a command, which does not wait: if the server refuses the setting, that is a StartRefusedError with a sentence, too. */
export async function requireOwnSessionsNow(address: DatabaseAddress): Promise<void> {
  try {
    await requireOwnSessions(address);
  } catch (error) {
    if (!isRefusedForGood(error)) throw error;
    throw new StartRefusedError(refusedSentence('PostgreSQL', 'SIGNET_DATABASE_URL', error));
  }
}

/** A pooler may be set up to accept start-up parameters and not to pass them on. */
async function refuseDroppedSettings(client: Client, { limits = DEFAULT_LIMITS }: DatabaseAddress): Promise<void> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any($1)',
    [SHOWN],
  );
  const expected = sessionSettings(limits, 'serving');
  const dropped = rows.filter(({ name, setting }) => Number(setting) !== expected[name]).map(({ name }) => name);
  if (dropped.length > 0) refuse(`it drops ${dropped.sort().join(', ')}`);
}

/**
 * Refuses a pooler that gives one session of PostgreSQL to several clients: the lock of one would be the lock of all. While the other client is
 * in a transaction, the first client must still reach the session that it had before.
 */
async function refuseSharing(one: Client, other: Client): Promise<void> {
  const first = await sessionOf(one);
  await other.query('begin');
  const taken = await sessionOf(other);
  const second = await sessionOf(one);
  await other.query('rollback');
  if (first !== second || first === taken) refuse('one connection was served by two sessions');
}

async function sessionOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]!.pid;
}

function refuse(reason: string): never {
  throw new StartRefusedError(poolerSentence(reason));
}
