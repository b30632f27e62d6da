import { Migration } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import { LogRelay } from '@signet/event-store';
import type { LogPosition } from '@signet/event-store';
import { databaseAddress, databaseOptions, longSession, migrate, pgConnection, withClient } from '@signet/service-kit';
import type { DatabaseOptions, SessionKind } from '@signet/service-kit';
import { testDatabase, waitFor } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import { sql } from 'kysely';

const NAMES = [
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'lock_timeout',
  'statement_timeout',
  'tcp_keepalives_count',
  'tcp_keepalives_idle',
  'tcp_keepalives_interval',
  'tcp_user_timeout',
];
const SHOWN = NAMES.map((name) => `${name}=' || current_setting('${name}')`).join(` || ' `);
/** One text, such as `lock_timeout=2s statement_timeout=…`. */
const SHOW = `select '${SHOWN} as shown`;

/** Another number each, so that none of them can be a default. */
const SETTINGS = {
  SIGNET_DATABASE_STATEMENT_TIMEOUT: 21_000,
  SIGNET_DATABASE_LONG_STATEMENT_TIMEOUT: 1_260_000,
  SIGNET_DATABASE_LOCK_TIMEOUT: 4_000,
  SIGNET_DATABASE_IDLE_TRANSACTION_TIMEOUT: 11_000,
  SIGNET_DATABASE_DEAD_AFTER: 9_000,
};
const PROBES = 'tcp_keepalives_count=2 tcp_keepalives_idle=3 tcp_keepalives_interval=3 tcp_user_timeout=9000';
const SERVING = `idle_in_transaction_session_timeout=11s idle_session_timeout=5min lock_timeout=4s statement_timeout=21s ${PROBES}`;
const MIGRATING = `idle_in_transaction_session_timeout=11s idle_session_timeout=5min lock_timeout=1s statement_timeout=21min ${PROBES}`;
const LONG = `idle_in_transaction_session_timeout=11s idle_session_timeout=21min lock_timeout=32s statement_timeout=21min ${PROBES}`;

/** It holds its lock for as long as it says something, and is to be back soon. */
const RELAY = `idle_in_transaction_session_timeout=11s idle_session_timeout=9s lock_timeout=4s statement_timeout=15s ${PROBES}`;

class RememberSettings extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`create table migrated as ${SHOW}`);
    this.addSql(
      'create table relay_positions (name text primary key, tx xid8, position bigint, updated_at timestamptz)',
    );
    // Every reader of this log reads the settings of its own session.
    this.addSql(`create view log as select '1'::xid8 as tx, 1::bigint as position, '${SHOWN} as shown`);
  }
}

let database: TestDatabase;
let options: DatabaseOptions;
let orm: MikroORM;
beforeAll(async () => {
  database = await testDatabase();
  const address = databaseAddress({ SIGNET_DATABASE_URL: database.url, ...SETTINGS });
  options = { ...address, schema: 'shown', entities: [], migrations: [{ name: 'one', class: RememberSettings }] };
  orm = await MikroORM.init(databaseOptions(options));
  await migrate(options);
}, 60_000);
afterAll(async () => {
  await orm?.close();
  await database?.drop();
});

test('the pool of a service', async () => {
  expect(await orm.em.fork().execute(SHOW)).toEqual([{ shown: SERVING }]);
});

test('a migration', async () => {
  expect(await orm.em.fork().execute('select shown from migrated')).toEqual([{ shown: MIGRATING }]);
});

test('a long job of a service', async () => {
  expect(await longSession(options)((session) => sql.raw(SHOW).execute(session))).toMatchObject({
    rows: [{ shown: LONG }],
  });
});

test.each<[string, SessionKind, string]>([
  ['the checks before a start', 'serving', SERVING],
  ['a client for something long', 'long', LONG],
])('%s', async (_who, kind, shown) => {
  const { rows } = await withClient(options, (client) => client.query(SHOW), { kind });
  expect(rows).toEqual([{ shown }]);
});

test('a relay', async () => {
  const seen: string[] = [];
  const nothing = (): void => undefined;
  const relay = new LogRelay<LogPosition & { readonly shown: string }>({
    connection: pgConnection(options),
    lockLeaseMs: options.limits?.deadAfterMs,
    name: 'shown',
    table: 'shown.log',
    positionsTable: 'shown.relay_positions',
    columns: ['shown'],
    publish: async (rows) => void seen.push(...rows.map(({ shown }) => shown)),
    clock: systemClock,
    logger: { info: nothing, warn: nothing, error: nothing },
  });
  relay.start();
  try {
    await waitFor(() => seen.length > 0, { what: 'the relay to read' });
  } finally {
    await relay.stop();
  }
  expect(seen).toEqual([RELAY]);
});

test('a service without these settings, as a tool, has the defaults', async () => {
  const { rows } = await withClient({ url: database.url }, (client) => client.query(SHOW));
  expect(rows).toEqual([
    {
      shown:
        'idle_in_transaction_session_timeout=30s idle_session_timeout=5min lock_timeout=10s statement_timeout=30s ' +
        'tcp_keepalives_count=2 tcp_keepalives_idle=5 tcp_keepalives_interval=5 tcp_user_timeout=15000',
    },
  ]);
});
