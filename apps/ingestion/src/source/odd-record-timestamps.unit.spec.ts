import { expect, test } from '@jest/globals';
import type { CanonicalMessage } from '@signet/contracts';
import type { KafkaRecord, SetAsideReason } from '@signet/kafka';
import type { CanonicalPublisher } from '../canonical-publisher.ts';
import { asRecord, goodBinaryEvent, WORLD } from '../testing/bad-events.ts';
import { SourceIntake } from './source.intake.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-03-01T12:00:00.000Z');

/** The result for a valid event without a time of its own in a record with this timestamp. */
async function taken(timestamp: number): Promise<{ times: string[]; setAside: SetAsideReason[] }> {
  const times: string[] = [];
  const setAside: SetAsideReason[] = [];
  const publish = (messages: readonly CanonicalMessage[]) => {
    times.push(...messages.map(({ time }) => time));
    return Promise.resolve();
  };
  const intake = new SourceIntake(
    { publish } as unknown as CanonicalPublisher,
    { byId: (id: string) => (id === WORLD.tenant ? { id } : undefined) } as never,
    () => Promise.resolve(),
    () => new Date(now),
    { retentionMs: 90 * DAY_MS, maxBytes: WORLD.maxBytes },
  );
  const { headers = {}, value } = asRecord(goodBinaryEvent, 'key');
  const record: KafkaRecord = {
    topic: 'shop.sale',
    partition: 0,
    offset: '0',
    key: null,
    value: value as Buffer,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text as string)])),
    timestamp,
  };
  await intake.take({
    topic: 'shop.sale',
    partition: 0,
    records: [record],
    signal: new AbortController().signal,
    setAside: (_record, why) => void setAside.push(why),
  });
  return { times, setAside };
}

// A broker with the settings of Kafka 3.7 accepts all of them; the broker of the tests refuses those in the future.
test.each([
  ['−1', -1],
  ['0', 0],
  ['seconds', now / 1_000],
  ['microseconds', now * 1_000],
  ['nanoseconds', now * 1_000_000],
  ['ten years ahead', now + 3_652 * DAY_MS],
  ['a second more than a day ahead', now + DAY_MS + 1_000],
  ['a second older than the retention', now - 90 * DAY_MS - 1_000],
])('the time of intake replaces a record timestamp of %s', async (_what, timestamp) => {
  expect(await taken(timestamp)).toEqual({ times: ['2026-03-01T12:00:00.000Z'], setAside: [] });
});

test('a record timestamp in range is the time of the event', async () => {
  expect(await taken(now - 5_000)).toEqual({ times: ['2026-03-01T11:59:55.000Z'], setAside: [] });
});
