import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deliveryIdOf, INGESTION_DEAD_LETTER, newId, readCanonical } from '@signet/contracts';
import type { KafkaRecord, OutgoingRecord } from '@signet/kafka';
import { PUT_BACK } from '@signet/kafka';
import { testTopic } from '@signet/testing';
import { TestIngestion } from '../testing/ingestion.ts';
import { overKafka, saleOf } from '../testing/sales.ts';
import { deadLetters as command } from './dead-letters/dead-letters.ts';

/** `npm test` has built it. */
const COMMAND = fileURLToPath(new URL('../../dist/commands/dead-letters.js', import.meta.url));
let ingestion: TestIngestion;
let tenant: string;
let folder: string;
beforeAll(async () => {
  ingestion = await TestIngestion.start();
  tenant = await ingestion.newTenant();
  folder = mkdtempSync(join(tmpdir(), 'signet-dead-letters-'));
});
afterAll(async () => {
  await ingestion.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly status: number | null;
  readonly output: Buffer;
  readonly said: string;
}

async function deadLetters(...args: string[]): Promise<Run> {
  const [output, said]: [Buffer[], string[]] = [[], []];
  const to = { out: (text: string | Buffer) => output.push(Buffer.from(text)), err: (text: string) => said.push(text) };
  const status = await command(args, { brokers: ingestion.brokers, clientId: 'test' }, to as never);
  return { status, output: Buffer.concat(output), said: said.join('') };
}
const done = async (...args: string[]): Promise<string> => {
  const { status, output, said } = await deadLetters(...args);
  expect({ status, said }).toEqual({ status: 0, said: '' });
  return output.toString();
};

/** Publishes a record that is refused, and resolves to the place of its dead letter. */
async function refused(record: OutgoingRecord): Promise<string> {
  await ingestion.producer.publish(ingestion.sourceTopic, record);
  const { partition, offset } = await (await ingestion.deadLetters()).record(String(record.key));
  return `${partition}:${offset}`;
}
const fileOf = (text: string): string => {
  const file = join(folder, randomUUID());
  writeFileSync(file, text);
  return file;
};
const isOf =
  (id: string) =>
  ({ headers }: KafkaRecord): boolean =>
    headers['ce_id']?.toString() === id;
/** The record as it lies on the source topic a second time. */
const putBackRecord = async (key: string): Promise<KafkaRecord> =>
  (await ingestion.follow(ingestion.sourceTopic)).record(key, ({ headers }) => PUT_BACK.from in headers);

test('a bad record is listed with reason and field, shown, mended, put back, and arrives', async () => {
  const event = saleOf(tenant, { data: { saleId: 'S-1', total: [] } });
  const record = overKafka.binary(event);
  const place = await refused({ ...record, headers: { ...record.headers, 'x-trace': ['kept', 'too'] } });

  const listed = await done('list', '--reason', 'invalid_data', '--since', '1h', '--limit', '1000');
  const line = listed.split('\n').find((text) => text.startsWith(`${place}\t`));
  const [, at, reason, field, from, detail] = line?.split('\t') ?? [];
  expect({ reason, field, detail }).toEqual({
    reason: 'invalid_data',
    field: 'data.total',
    detail: expect.stringMatching(/^data\.total must .*\.$/),
  });
  expect(Date.parse(at ?? '')).not.toBeNaN();
  expect(from).toMatch(new RegExp(`^${ingestion.sourceTopic}/0:\\d+$`));

  const shown = await done('show', place);
  const about = ['reason: invalid_data', 'field: data.total', `header ce_id: ${event.id}`];
  for (const text of [...about, 'header x-trace: kept', 'header x-trace: too'])
    expect(shown.split('\n')).toContain(text);
  expect(await done('show', place, '--raw')).toBe(record.value);

  const mended = '{"saleId":"S-1","total":10.50}';
  expect(await done('put-back', place, '--data', fileOf(mended))).toBe(
    `${place} is on ${ingestion.sourceTopic} again\n`,
  );
  const canonical = await (await ingestion.canonical()).record(`${tenant}/${event.subject}`);
  expect(canonical.value?.toString()).toBe(mended);
  expect(isOf(event.id)(canonical)).toBe(true);

  const again = await putBackRecord(String(record.key));
  expect(again.repeatedHeaders?.['x-trace']?.map(String)).toEqual(['kept', 'too']);
  expect(again.headers[PUT_BACK.from]?.toString()).toBe(`${INGESTION_DEAD_LETTER}/${place}`);
  expect(Object.keys(again.headers).filter((name) => name.startsWith('signet-dead-letter-'))).toEqual([]);
});

test('a record put back twice makes one delivery: its id, source and time are the same each time', async () => {
  const event = saleOf('unknown-tenant', { time: undefined });
  const { headers = {}, ...record } = overKafka.binary(event);
  delete (headers as Record<string, unknown>)['ce_time'];
  const sentAt = Date.now() - 3_600_000;
  const place = await refused({ ...record, headers, timestamp: sentAt });
  for (const _ of [1, 2]) await done('put-back', place, '--set-header', `ce_tenantid=${tenant}`);

  const topic = await ingestion.canonical();
  const key = `${tenant}/${event.subject}`;
  await topic.find(() => topic.count(key) === 2, 'the record a second time');
  const webhookId = newId();
  const [first, second] = topic.recordsOf(key).map(({ headers: of, value }) => {
    const read = readCanonical(of, value, { now: Date.now(), retentionMs: 90 * 24 * 60 * 60 * 1000 });
    if ('reason' in read) throw new Error(read.detail);
    return { ...read.message, deliveryId: deliveryIdOf(webhookId, read.message) };
  });
  expect(second).toEqual(first);
  // The event happened when it was sent: people search for its delivery on that day.
  expect(first?.time).toBe(new Date(sentAt).toISOString());
});

test('several are put back at once, unchanged; records that are still bad are set aside again, marked as put back', async () => {
  const bad = overKafka.structured(saleOf('unknown-tenant'));
  const late = await ingestion.newTenant();
  const good = overKafka.structured(saleOf(late));
  const places = [await refused(bad), await refused({ ...good, value: '{"half' })];
  const output = await done('put-back', ...places);
  expect(output.trim().split('\n')).toHaveLength(2);
  const letters = await ingestion.deadLetters();
  const again = await letters.record(String(bad.key), ({ headers }) => PUT_BACK.from in headers);
  expect(again.value?.toString()).toBe(bad.value);
  const shown = await done('show', `${again.partition}:${again.offset}`);
  expect(shown).toContain(`put back before: ${INGESTION_DEAD_LETTER}/${places[0]}`);
});

test('bytes that are no text are shown in base64, and put back as they were', async () => {
  const value = Buffer.from([0x00, 0xff, 0x7b]);
  const { headers = {} } = overKafka.binary(saleOf(tenant));
  const key = randomUUID();
  const place = await refused({ key, value, headers });
  expect(await done('show', place)).toContain(`(base64) ${value.toString('base64')}`);
  expect((await deadLetters('show', place, '--raw')).output).toEqual(value);
  await done('put-back', place);
  expect((await putBackRecord(key)).value).toEqual(value);
});

test('a record that was too large to be kept is put back only with a value', async () => {
  const key = randomUUID();
  const event = saleOf(tenant);
  const { headers = {}, value } = overKafka.binary(event);
  const place = await refused({ key, headers, value: 'x'.repeat(1_048_000) });
  const { status, said } = await deadLetters('put-back', place);
  expect({ status, said }).toEqual({ status: 1, said: expect.stringMatching(/1048000 bytes are left out.*--data/) });
  await done('put-back', place, '--data', fileOf(String(value)));
  await (await ingestion.canonical()).record(`${tenant}/${event.subject}`);
});

test('wrong arguments lead to a sentence, and nothing is put back', async () => {
  const record = overKafka.binary(saleOf('unknown-tenant'));
  const place = await refused(record);
  const notALetter = await testTopic('not-dead');
  await ingestion.producer.publish(notALetter, { key: 'a', value: 'b' });
  const mistakes: [args: string[], status: number, says: RegExp][] = [
    [
      ['put-back', place, '0:999999999'],
      1,
      /^There is no record 0:999999999 on ingestion\.dead-letter\.v1, which has 0:\d+ to 0:\d+\.\n$/,
    ],
    [['put-back', '7:0'], 1, /^There is no record 7:0/],
    [['list', '--topic', 'nowhere'], 1, /^There is no topic nowhere\.\n$/],
    [['show', '0:0', '--topic', notALetter], 1, /is no dead letter/],
    [['put-back', place, '--data', '/nowhere'], 1, /^\/nowhere cannot be read/],
    [['put-back'], 64, /put-back needs a PLACE[^]*dead-letters list/],
  ];
  for (const [args, status, says] of mistakes)
    expect(await deadLetters(...args)).toMatchObject({ status, said: expect.stringMatching(says) });
  const after = overKafka.binary(saleOf('unknown-tenant'));
  await refused(after);
  const source = await ingestion.follow(ingestion.sourceTopic);
  await source.record(String(after.key));
  expect(source.count(String(record.key))).toBe(1);
});

test('the built command runs as an operator runs it, and names a missing setting', async () => {
  const place = await refused(overKafka.binary(saleOf('unknown-tenant')));
  const run = (env: NodeJS.ProcessEnv) => promisify(execFile)(process.execPath, [COMMAND, 'show', place], { env });
  const { stdout } = await run({ ...process.env, SIGNET_KAFKA_BROKERS: ingestion.brokers.join(',') });
  expect(stdout).toContain('reason: unknown_tenant');
  await expect(run({ PATH: process.env['PATH'] })).rejects.toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/^SIGNET_KAFKA_BROKERS is not set/),
  });
});
