import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEAD_LETTER } from '@signet/kafka';
import type { OutgoingRecord } from '@signet/kafka';
import { TestIngestion } from './testing/ingestion.ts';
import { overKafka, saleOf } from './testing/sales.ts';

let ingestion: TestIngestion;
let tenant: string;
beforeAll(async () => {
  ingestion = await TestIngestion.start();
  tenant = await ingestion.newTenant();
});
afterAll(() => ingestion.stop());

/** A valid event in binary mode. The SDK gives each event a time, which producers may leave out. */
function sale(change: Parameters<typeof saleOf>[1] = {}): OutgoingRecord & { readonly key: string } {
  const event = saleOf(tenant, change);
  const { headers = {}, ...record } = overKafka.binary(event, `${tenant}/${event.subject}`);
  const { ce_time: time, ...others } = headers;
  return {
    ...record,
    key: String(record.key),
    headers: change.time === undefined ? others : { ...others, ce_time: time! },
  };
}
const publish = (record: OutgoingRecord) => ingestion.producer.publish(ingestion.sourceTopic, record);
const timeOf = async (key: string): Promise<string> => {
  const { headers } = await (await ingestion.canonical()).record(key);
  return headers['ce_time']?.toString() ?? '';
};

test.each([
  ['-1, as a client writes that sets none', -1],
  ['0', 0],
  ['seconds', Math.floor(Date.now() / 1_000)],
  ['older than deliveries are kept', Date.now() - 91 * 24 * 60 * 60 * 1000],
])('an event without a time has that of its intake where the record says %s', async (_what, timestamp) => {
  const before = Date.now();
  const record = sale();
  await publish({ ...record, timestamp });
  const time = Date.parse(await timeOf(record.key));
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});

test("an event without a time gets the record's timestamp if that is in range", async () => {
  const timestamp = Date.now() - 3_600_000;
  const record = sale();
  await publish({ ...record, timestamp });
  expect(await timeOf(record.key)).toBe(new Date(timestamp).toISOString());
});

test.each(['1969-12-31T23:59:59.999Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
  'an event that says a time out of range itself is set aside: %s',
  async (time) => {
    const record = sale({ time });
    await publish({ ...record, timestamp: Date.now() });
    const { headers } = await (await ingestion.deadLetters()).record(record.key);
    const about = (name: string): string | undefined => headers[name]?.toString();
    expect([about(DEAD_LETTER.reason), about(DEAD_LETTER.field)]).toEqual(['time_out_of_range', 'time']);
  },
);
