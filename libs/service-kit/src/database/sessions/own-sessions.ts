import type { Client } from 'pg';
import { StartRefusedError } from '../../service/start/start-refused.error.ts';
import { isRefusedForGood, poolerSentence, refusedSentence } from '../../service/start/unreachable.policy.ts';
import { withClient } from '../connect.ts';
import type { DatabaseAddress } from '../database-address.ts';
import { DEFAULT_LIMITS, sessionSettings } from './session-limits.ts';

/** Settings that PostgreSQL shows as they were given, on every system. */
const SHOWN = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const;

/**
 * Throws what PostgreSQL says against a connection, and looks whether a connection is one session for as long as it lives.
 * Relays, migrations and retention hold locks of their session, and the limits of this folder are settings of it: behind a
 * pooler that shares sessions a lock would be taken by one and given back by another.
 *
 * @throws StartRefusedError where a pooler shares them
 */
export async function requireOwnSessions(address: DatabaseAddress): Promise<void> {
  await withClient(address, async (one) => {
    await refuseDroppedSettings(one, address);
    await withClient(address, (other) => refuseSharing(one, other));
  });
}

/** The same for a command, which waits for nothing: a server that refuses the setting is a sentence, too. */
export async function requireOwnSessionsNow(address: DatabaseAddress): Promise<void> {
  try {
    await requireOwnSessions(address);
  } catch (error) {
    if (!isRefusedForGood(error)) throw error;
    throw new StartRefusedError(refusedSentence('PostgreSQL', 'SIGNET_DATABASE_URL', error));
  }
}

/** A pooler may be told to take start-up parameters that it does not pass on. */
async function refuseDroppedSettings(client: Client, { limits = DEFAULT_LIMITS }: DatabaseAddress): Promise<void> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any($1)',
    [SHOWN],
  );
  const expected = sessionSettings(limits, 'serving');
  const dropped = rows.filter(({ name, setting }) => Number(setting) !== expected[name]).map(({ name }) => name);
  if (dropped.length > 0) refuse(`it drops ${dropped.sort().join(', ')}`);
}

/** While the other is within a transaction, and so has a session for itself, the first must still have its own. */
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
