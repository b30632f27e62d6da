import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { copyDatabase, RecordingReceiver, waitFor } from '@signet/testing';
import type { DatabaseCopy } from '@signet/testing';
import { sql } from 'kysely';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { Leases } from '../work-queue/leases.ts';
import { Ownership } from './ownership.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let copy: DatabaseCopy | undefined;
let isDown: boolean;
let webhook: WebhookSnapshot;

beforeEach(async () => {
  isDown = true;
  copy = undefined;
  fixture = await DispatchFixture.create();
  // PostgreSQL ends all connections for a restore.
  fixture.onError = () => undefined;
  receiver = await RecordingReceiver.start({ respond: () => ({ status: isDown ? 500 : 200 }) });
  webhook = fixture.webhook(receiver.url);
});
afterEach(async () => {
  await fixture.close();
  await copy?.drop();
  await receiver.close();
});

const statuses = async (): Promise<string[]> =>
  (await fixture.reader.list({ tenantId: null }, null, 10)).map(({ status }) => status);
const storedOwner = async (): Promise<{ owner: string; epoch: number }> => {
  const { rows } = await sql<{ owner: string; epoch: string }>`
    select owner, epoch from partition_owners where partition = ${PARTITION}`.execute(fixture.database.query);
  return { owner: rows[0]?.owner ?? '', epoch: Number(rows[0]?.epoch) };
};

/** One delivery has failed and waits to be tried again; its owner is gone, and the database is copied as it is. */
async function aRetryThatWaits(): Promise<void> {
  const former = await fixture.serve({ policy: { scheduleMs: [50], jitter: 0 }, maxAttempts: 100 });
  await former.intake.take(requestBatch(webhook, ['m-1']));
  await waitFor(async () => (await statuses())[0] === 'RETRYING', { what: 'the delivery to wait' });
  await former.stop();
  copy = await copyDatabase(fixture.databaseUrl);
}

test('a partition with nothing but retries is served on when the database has forgotten its owner', async () => {
  await aRetryThatWaits();
  isDown = false;
  const owner = await fixture.serve();
  await waitFor(async () => (await statuses())[0] === 'SUCCESS', { what: 'the delivery' });
  const sent = receiver.requests.length;
  await copy!.restore();
  // No message comes from Kafka: nothing is written that would tell that the claim is gone.
  await waitFor(() => receiver.requests.length > sent, { what: 'the delivery that the database has forgotten' });
  await waitFor(async () => (await statuses())[0] === 'SUCCESS', { what: 'its outcome to be recorded' });
  expect(await storedOwner()).toMatchObject({ owner: owner.ownership.replica });
});

test('an epoch that is reached a second time locks the owner of the first time out', async () => {
  await aRetryThatWaits();
  const first = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  const claim = first.ownership.claim(PARTITION)!;
  // The first owner no longer checks its claims, like a process that hangs.
  await first.stop();
  await copy!.restore();
  const second = new Ownership(fixture.database, systemClock, 'second');
  await waitFor(
    async () => {
      await second.take([PARTITION]);
      return true;
    },
    { what: 'the database to be back' },
  );
  expect(await storedOwner()).toEqual({ owner: 'second', epoch: claim.epoch });
  const leases = new Leases(fixture.database, () => new Date(Date.now() + 60_000), 60_000);
  expect((await leases.leaseDue([claim], 10)).tasks).toEqual([]);
  expect((await leases.leaseDue(second.all(), 10)).tasks).toHaveLength(1);
  expect(await second.ended()).toEqual([]);
  expect(await first.ownership.ended()).toEqual([claim]);
});
