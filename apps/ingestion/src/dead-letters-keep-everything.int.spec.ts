import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { KafkaRecord, OutgoingRecord } from '@signet/kafka';
import { DEAD_LETTER } from '@signet/kafka';
import { TestIngestion } from './testing/ingestion.ts';
import { overKafka, saleOf } from './testing/sales.ts';

let ingestion: TestIngestion;
let tenant: string;
beforeAll(async () => {
  ingestion = await TestIngestion.start();
  tenant = await ingestion.newTenant();
});
afterAll(() => ingestion.stop());

const publish = (record: OutgoingRecord) => ingestion.producer.publish(ingestion.sourceTopic, record);
const letterOf = async (key: string): Promise<KafkaRecord> => (await ingestion.deadLetters()).record(key);
const text = ({ headers }: KafkaRecord, name: string): string | undefined => headers[name]?.toString();

test('a dead letter has the bytes and headers as they came, the reason, the field and the place', async () => {
  const key = Buffer.from([0x00, 0xff, ...Buffer.from(randomUUID())]);
  const value = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]);
  const own = { 'x-blob': Buffer.from([0x00, 0xff, 0x0a]), 'x-trace': Buffer.from('Zoë'), 'x-empty': Buffer.alloc(0) };
  const { headers = {} } = overKafka.binary(saleOf(tenant));
  const timestamp = Date.now() - 60_000;
  await publish({ key, value, headers: { ...headers, ...own }, timestamp });
  const isMeant = (record: KafkaRecord): boolean => record.key?.equals(key) === true;
  const letter = await (await ingestion.deadLetters()).find(isMeant, 'the dead letter');
  expect(letter.value).toEqual(value);
  expect(letter.headers).toMatchObject(own);
  for (const [name, sent] of Object.entries(headers)) expect([name, text(letter, name)]).toEqual([name, String(sent)]);
  const about = Object.fromEntries(Object.entries(DEAD_LETTER).map(([what, name]) => [what, text(letter, name)]));
  expect(about).toEqual({
    reason: 'invalid_data',
    field: 'data',
    detail: 'data is not JSON in UTF-8.',
    topic: ingestion.sourceTopic,
    partition: '0',
    offset: expect.stringMatching(/^\d+$/),
    timestamp: String(timestamp),
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    service: 'ingestion',
    omitted: undefined,
  });
});

test('a record without value and headers is kept as such', async () => {
  const key = randomUUID();
  await publish({ key, value: null });
  const letter = await letterOf(key);
  expect(letter.value).toBeNull();
  expect(text(letter, DEAD_LETTER.field)).toBe('specversion');
  expect(Object.keys(letter.headers).every((name) => name.startsWith('signet-dead-letter-'))).toBe(true);
});

test('a header that is there more than once keeps each of its values, in order, whatever it is named', async () => {
  const key = randomUUID();
  const twice = [Buffer.from('b'), Buffer.from([0xff]), Buffer.from('a'), Buffer.from('b')];
  const headers = Object.fromEntries(['x-twice', '__proto__'].map((name) => [name, twice]));
  const once = Object.fromEntries(['constructor', 'toString'].map((name) => [name, Buffer.from(name)]));
  await publish({ key, value: '{}', headers: { ...headers, ...once } });
  const letter = await letterOf(key);
  expect(Object.entries(letter.repeatedHeaders ?? {})).toEqual(Object.entries(headers));
  for (const name in once) expect([name, text(letter, name)]).toEqual([name, name]);
  expect([text(letter, 'x-twice'), text(letter, DEAD_LETTER.reason)]).toEqual(['b', 'missing_attribute']);
});

test('an attribute that is there twice in binary mode is refused, as it is in structured mode', async () => {
  const record = overKafka.binary(saleOf(tenant));
  const ids = ['one', 'another'];
  await publish({ ...record, headers: { ...record.headers, ce_id: ids } });
  const letter = await letterOf(String(record.key));
  expect([text(letter, DEAD_LETTER.reason), text(letter, DEAD_LETTER.field)]).toEqual(['malformed_event', 'id']);
  expect(letter.repeatedHeaders?.['ce_id']).toEqual(ids.map((id) => Buffer.from(id)));
});

test('good events among bad ones arrive, and all of the bad ones are kept', async () => {
  const good = Array.from({ length: 10 }, () => saleOf(tenant));
  const bad = Array.from({ length: 10 }, () => saleOf('unknown-tenant'));
  await ingestion.producer.publishAll(
    ingestion.sourceTopic,
    good.flatMap((event, index) => [overKafka.structured(event), overKafka.binary(bad[index]!)]),
  );
  for (const { subject } of good) await (await ingestion.canonical()).record(`${tenant}/${subject}`);
  for (const { id } of bad) await letterOf(id);
});
