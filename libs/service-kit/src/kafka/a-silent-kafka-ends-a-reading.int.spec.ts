import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningKafka } from '@signet/embedded';
import { ensureKafkaJars, startKafka } from '@signet/embedded';
import { ensureTopics, readRanges, RecordProducer } from '@signet/kafka';

const POM = fileURLToPath(new URL('../../../../tools/kafka/pom.xml', import.meta.url));
const log = (): void => undefined;
const TOPIC = 'read';

let dataDir: string;
let kafka: RunningKafka;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'signet-silent-kafka-'));
  const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? join(homedir(), '.cache/signet');
  kafka = await startKafka({ dataDir, libDir: await ensureKafkaJars({ cacheDir, pom: POM, log }), log });
});
afterAll(async () => {
  await kafka.stop({ hard: true });
  rmSync(dataDir, { recursive: true, force: true });
});

test('a reading ends with an error when Kafka goes away in the middle of it and does not come back', async () => {
  const client = { brokers: [kafka.brokers], clientId: 'test' };
  await ensureTopics(client, [{ name: TOPIC, partitions: 1, cleanup: 'delete' }]);
  const producer = new RecordProducer({ client, name: 'test' });
  await producer.publish(TOPIC, { key: 'first', value: '1' });
  await producer.close();
  let records = 0;
  const reading = readRanges({
    client,
    ranges: [{ topic: TOPIC, partition: 0, from: 0n, to: 2n }],
    signal: new AbortController().signal,
    silenceMs: 1_000,
    onRecords: async ({ length }) => {
      records += length;
      await kafka.stop({ hard: true });
    },
  });
  await expect(reading).rejects.toMatchObject({ code: 'kafka_unavailable' });
  expect(records).toBe(1);
});
