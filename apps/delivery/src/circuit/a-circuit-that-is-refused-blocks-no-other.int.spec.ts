import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { CircuitReader } from './http/circuit.reader.ts';
import { CircuitRecords } from './circuit.records.ts';

let fixture: DispatchFixture;

beforeEach(async () => {
  fixture = await DispatchFixture.create();
});
afterEach(() => fixture?.close());

test('a circuit that PostgreSQL refuses does not keep the others from being written', async () => {
  const { ownership } = await fixture.serve();
  const claims = ownership.all();
  const { partition } = claims[0]!;
  const good = Array.from({ length: 5 }, () => newId());
  const refused = newId();
  const errors: unknown[] = [];
  const records = new CircuitRecords({
    database: fixture.database,
    read: (webhookId) => ({
      webhookId,
      partition,
      // PostgreSQL has no integer as large as this.
      failures: { count: webhookId === refused ? 2 ** 40 : 5, lastEndedAt: 1_000 },
      activeSince: null,
      openings: 1,
      open: { openedAt: 1_000, probeAt: 2_000 },
    }),
    tenantOf: () => 'tenant-1',
    claim: (wanted) => ownership.claim(wanted),
    onError: (error) => errors.push(error),
  });
  await records.adopt(claims);
  for (const webhookId of [...good.slice(0, 2), refused, ...good.slice(2)]) records.note(webhookId, partition);
  await records.flush();
  const reader = new CircuitReader(fixture.database);
  for (const webhookId of good) expect(await reader.find(webhookId)).toMatchObject({ openings: 1 });
  expect(await reader.find(refused)).toBeNull();
  expect(errors).toHaveLength(1);
  await records.stop();
});
