import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testDatabase } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import type { LogSession } from '../testing/log-session.ts';
import { logSession } from '../testing/log-session.ts';
import { SESSION_SETTINGS } from './relay-session.ts';
import { relayStatements } from './relay-statements.ts';

const DAYS = 90;
const ROWS = 90_000;
const BATCH = 500;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

let database: TestDatabase;
let session: LogSession;
beforeAll(async () => {
  database = await testDatabase();
  session = await logSession(database.url);
  await session.query(`create table log (day date not null, position bigint generated always as identity, tx xid8 not null)
    partition by range (day)`);
  await session.query('create index on log (tx, position)');
  await session.query(`do $$ begin for day in 0..${DAYS - 1} loop
    execute format('create table log_%s partition of log for values from (%L) to (%L)',
      day, date '2026-01-01' + day, date '2026-01-02' + day); end loop; end $$`);
  // A hundred rows a transaction, with messages of any day: as on the day with the most retries.
  await session.query(`insert into log (day, tx) select date '2026-01-01' + (i * 7919) % ${DAYS}, (3 + i / 100)::text::xid8
    from generate_series(0, ${ROWS - 1}) as i order by i`);
  await session.query(SESSION_SETTINGS);
});
afterAll(async () => {
  await session.close();
  await database.drop();
});

const statements = relayStatements({ table: 'log', columns: ['day'], batchSize: BATCH, positionsTable: 'p' });
async function scansOf(statement: string, tx: number): Promise<Plan[]> {
  await session.query(`prepare next as ${statement}`);
  const sql = `explain (analyze, format json) execute next('${tx}', 0)`;
  const [row] = await session.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(sql);
  await session.query('deallocate next');
  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
  const plan = nodes(row!['QUERY PLAN'][0].Plan);
  expect(plan.map((node) => node['Node Type']).filter((type) => /Sort|Seq Scan|Bitmap/.test(type))).toEqual([]);
  return plan.filter((node) => node['Node Type'].startsWith('Index'));
}
const rowsRead = (scans: readonly Plan[]): number =>
  scans.reduce(
    (sum, scan) => sum + scan['Actual Rows'] * scan['Actual Loops'] + (scan['Rows Removed by Filter'] ?? 0),
    0,
  );

// Once without statistics, as before the first autovacuum of a table, and once with them.
test.each([{ statistics: false }, { statistics: true }])(
  'a batch of a partitioned log is read by its index alone, and little more than the batch (statistics: $statistics)',
  async ({ statistics }) => {
    if (statistics) await session.query('analyze log');
    for (const tx of [0, 450]) {
      const scans = await scansOf(statements.next, tx);
      expect(scans).toHaveLength(DAYS);
      for (const scan of scans) expect(scan['Index Cond']).toMatch(/ROW\(tx, .?position.?\) > ROW\(/);
      expect(rowsRead(scans)).toBeLessThanOrEqual(BATCH + DAYS);
    }
    expect(rowsRead(await scansOf(statements.next, 1_000_000))).toBe(0);
    expect(rowsRead(await scansOf(statements.hasMore, 450))).toBeLessThanOrEqual(DAYS);
  },
);
