import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ensureKafkaJars, startKafka } from '@signet/embedded';
import type { RunningKafka } from '@signet/embedded';
import { readWholeTopic, RecordProducer, SASL_MECHANISMS, silentLogger } from '@signet/kafka';
import { ensureTopics } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import { selfSigned } from '@signet/testing';
import { kafkaClient } from '../kafka/kafka-client.ts';
import { loadSettings } from '../settings/load-settings.ts';
import { sharedSettings } from '../settings/shared-settings.ts';
import { reachableKafka } from './start/preflight.ts';

const POM = fileURLToPath(new URL('../../../../tools/kafka/pom.xml', import.meta.url));
const PASSWORD = 'correcthorse';
const TOPIC = 'orders';
/** A refusal comes at once, and not after this. */
const LONG_MS = 600_000;

const [server, client, stranger] = [selfSigned('localhost'), selfSigned('signet'), selfSigned('stranger')];
const certificateOf = ({ cert, key }: typeof client) => ({ SIGNET_KAFKA_CERT: cert, SIGNET_KAFKA_KEY: key });
const userOf = (mechanism: string, password = PASSWORD) => ({
  SIGNET_KAFKA_SASL_MECHANISM: mechanism,
  SIGNET_KAFKA_USERNAME: 'signet',
  SIGNET_KAFKA_PASSWORD: password,
});

let folder: string;
let kafka: RunningKafka;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signet-secured-'));
  const log = (): void => undefined;
  const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? join(homedir(), '.cache/signet');
  const libDir = await ensureKafkaJars({ cacheDir, pom: POM, log });
  const security = { ...server, clientCa: client.cert, users: { signet: PASSWORD } };
  kafka = await startKafka({ dataDir: join(folder, 'kafka'), libDir, security, heap: '256m', log });
  await ensureTopics({ brokers: [kafka.brokers], clientId: 'test' }, [{ name: TOPIC, partitions: 1 }]);
}, 120_000);
afterAll(async () => {
  await kafka?.stop({ hard: true });
  rmSync(folder, { recursive: true, force: true });
});

/** A client of the listener with users, or of the one where the certificate is the user; `more` replaces some of the right settings. */
function clientOf(more: Record<string, string>): KafkaClientOptions {
  const brokers = 'SIGNET_KAFKA_USERNAME' in more ? kafka.secureBrokers : kafka.certificateBrokers;
  const environment = {
    SIGNET_KAFKA_BROKERS: brokers,
    SIGNET_KAFKA_TLS: 'on',
    SIGNET_KAFKA_CA: server.cert,
    ...certificateOf(client),
    ...more,
  };
  return kafkaClient(loadSettings(sharedSettings.kafka, environment), 'test');
}

const reach = (more: Record<string, string>): Promise<void> =>
  reachableKafka(clientOf(more), { logger: silentLogger, longestMs: LONG_MS });

const WAYS: readonly [string, Record<string, string>][] = [
  ...SASL_MECHANISMS.map((mechanism): [string, Record<string, string>] => [mechanism, userOf(mechanism)]),
  ['a client certificate alone', {}],
];

test.each(WAYS)('with %s records are sent and read', async (way, settings) => {
  await reach(settings);
  const options = clientOf(settings);
  const producer = new RecordProducer({ client: options, name: 'test' });
  await producer.publish(TOPIC, { key: 'one', value: way });
  await producer.close();
  const values: string[] = [];
  await readWholeTopic(options, TOPIC, ({ value }) => values.push(String(value)));
  expect(values).toContain(way);
});

test.each(SASL_MECHANISMS)('a wrong password of %s is refused at once with one sentence', async (mechanism) => {
  await expect(reach(userOf(mechanism, 'guessed'))).rejects.toThrow(
    new RegExp(
      `^Kafka refuses what SIGNET_KAFKA_SASL_MECHANISM, SIGNET_KAFKA_USERNAME and SIGNET_KAFKA_PASSWORD say: .*${mechanism}.*\\.$`,
    ),
  );
});

test.each(WAYS)('a wrong CA is refused beside %s', async (_, settings) => {
  await expect(reach({ ...settings, SIGNET_KAFKA_CA: stranger.cert })).rejects.toThrow(
    /^The certificate of Kafka is not signed by an authority of SIGNET_KAFKA_CA: .*\.$/,
  );
});

test.each(WAYS)('Kafka refuses a wrong client certificate beside %s', async (_, settings) => {
  await expect(reach({ ...settings, ...certificateOf(stranger) })).rejects.toThrow(
    /^Kafka refuses the certificate of SIGNET_KAFKA_CERT: .*\.$/,
  );
});

test('Kafka demands a client certificate where none is set', async () => {
  const none = { SIGNET_KAFKA_CERT: '', SIGNET_KAFKA_KEY: '' };
  await expect(reach(none)).rejects.toThrow(/^Kafka refuses the certificate of SIGNET_KAFKA_CERT: .*\.$/);
});
