import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { MikroORM } from '@mikro-orm/postgresql';
import { testDatabase, waitFor } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import fc from 'fast-check';
import type { LogSession } from '../testing/log-session.ts';
import { logSession } from '../testing/log-session.ts';
import { openOrm } from '../testing/orm.ts';
import { relayUnderTest } from '../testing/relay-under-test.ts';

let database: TestDatabase;
let orm: MikroORM;
let writers: LogSession[];
/** Not in a transaction: within one, pg_stat_activity never changes. */
let observer: LogSession;
beforeAll(async () => {
  database = await testDatabase();
  orm = await openOrm(database.url);
  writers = await Promise.all([0, 1, 2].map(() => logSession(database.url)));
  observer = await logSession(database.url);
});
afterAll(async () => {
  await Promise.all([...[...writers, observer].map((session) => session.close()), orm.close()]);
  await database.drop();
});

const step = fc.record({
  writer: fc.nat(2),
  does: fc.constantFrom('add', 'add', 'commit', 'rollback', 'look', 'look', 'crash'),
});
type Step = { writer: number; does: string };

/** Three writers go through the steps; `look` lets the relay read the log as it stands in the middle of them. */
async function play(steps: readonly Step[], relayName: string): Promise<{ crashed: boolean }> {
  const open = new Set<number>();
  let crashed = false;
  for (const [index, { writer, does }] of steps.entries()) {
    const session = writers[writer]!;
    if (does === 'crash') {
      crashed = true;
      await observer.killRelay(relayName);
    } else if (does === 'look') {
      const since = await observer.now();
      await waitFor(() => observer.hasLookedSince(relayName, since), { what: 'the relay to look' });
    } else if (does === 'add') {
      if (!open.has(writer)) await session.query('begin');
      open.add(writer);
      await session.add(`row ${index}`);
    } else if (open.delete(writer)) {
      await session.query(does);
    }
  }
  for (const writer of open) await writers[writer]!.query('commit');
  return { crashed };
}

async function publishedAfter(steps: readonly Step[], batchSize: number, name: string) {
  await observer.query('truncate events, relay_positions');
  const { relay, published } = relayUnderTest(database.url, name, { batchSize, pollIntervalMs: 5 });
  relay.start();
  try {
    const { crashed } = await play(steps, name);
    const sql = 'select stream_id from events order by tx, position';
    const log = (await observer.query<{ stream_id: string }>(sql)).map((row) => row.stream_id);
    await waitFor(() => new Set(published).size >= log.length, { what: 'all rows' });
    return { log, published, crashed };
  } finally {
    await Promise.all([relay.stop(), ...writers.map((writer) => writer.query('rollback'))]);
  }
}

test('whatever the order in which transactions write and end, each committed row is published, in the order of the log', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), fc.integer({ min: 1, max: 3 }), async (steps, batchSize) => {
      const { log, published, crashed } = await publishedAfter(steps, batchSize, `run-${++run}`);
      // After a crash a batch may come again; only the first time of each row counts for the order.
      expect([...new Set(published)]).toEqual(log);
      if (!crashed) expect(published).toHaveLength(log.length);
    }),
    { numRuns: 25 },
  );
});
