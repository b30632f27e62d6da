import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateSealingKey } from '@signet/signature';
import { RecordingReceiver, selfSigned, waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import { startSecureServers } from './support/installation/secure-servers.ts';
import { ROOT, Signet } from './support/installation/signet.ts';

let servers: Awaited<ReturnType<typeof startSecureServers>>;
let receiver: RecordingReceiver;
let signet: Signet | undefined;
beforeAll(async () => {
  [servers, receiver] = await Promise.all([startSecureServers(), RecordingReceiver.start()]);
});
afterAll(async () => {
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
  await servers?.stop();
});

/** Starts the registry, which uses both servers. Resolves when it has ended: it must be refused at once, and not wait. */
const refused = (settings: Record<string, string>) => run(['apps/registry/dist/main.js'], settings);

async function run(script: string[], settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, script, {
    cwd: ROOT,
    env: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: '0',
      SIGNET_MANAGEMENT_PORT: '0',
      SIGNET_INSTALLATION: 'secure',
      SIGNET_SEALING_KEYS: generateSealingKey('test'),
      SIGNET_STARTUP_WAIT: '10m',
      ...servers.settings,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, err: err.trim(), out };
}
const UNREADABLE_WEBHOOKS = ['apps/admin/dist/main.js', 'unreadable-webhooks', 'list'];
const DEAD_LETTERS = ['apps/admin/dist/main.js', 'dead-letters', 'list'];
const REBUILD = ['apps/admin/dist/main.js', 'rebuild', '--service', 'delivery'];

const OTHER_CA = selfSigned('localhost').cert;
const atAddress = (place: string): string => place.replace('localhost', '127.0.0.1');

test.each<[string, () => Record<string, string>, RegExp]>([
  [
    "a wrong password of Kafka's SCRAM",
    () => ({ SIGNET_KAFKA_PASSWORD: 'guessed' }),
    /^Kafka refuses what .*SIGNET_KAFKA_USERNAME and SIGNET_KAFKA_PASSWORD say: .*SCRAM-SHA-512.*\.$/,
  ],
  [
    "a wrong password of Kafka's PLAIN",
    () => ({ SIGNET_KAFKA_SASL_MECHANISM: 'PLAIN', SIGNET_KAFKA_PASSWORD: 'guessed' }),
    /^Kafka refuses what .*SIGNET_KAFKA_USERNAME and SIGNET_KAFKA_PASSWORD say: .*PLAIN.*\.$/,
  ],
  [
    'a wrong CA of Kafka',
    () => ({ SIGNET_KAFKA_CA: OTHER_CA }),
    /^The certificate of Kafka is not signed by an authority of SIGNET_KAFKA_CA: .*\.$/,
  ],
  [
    "a host that Kafka's certificate does not have",
    () => ({ SIGNET_KAFKA_BROKERS: atAddress(servers.settings.SIGNET_KAFKA_BROKERS) }),
    /^The certificate of Kafka is for another host than SIGNET_KAFKA_BROKERS names: .*127\.0\.0\.1.*\.$/,
  ],
  [
    'a wrong CA of PostgreSQL',
    () => ({ SIGNET_DATABASE_CA: OTHER_CA }),
    /^The certificate of PostgreSQL is not signed by an authority of SIGNET_DATABASE_CA: .*\.$/,
  ],
  [
    "a host that PostgreSQL's certificate does not have",
    () => ({ SIGNET_DATABASE_URL: atAddress(servers.settings.SIGNET_DATABASE_URL) }),
    /^The certificate of PostgreSQL is for another host than SIGNET_DATABASE_URL names: .*127\.0\.0\.1.*\.$/,
  ],
  [
    'no encryption, where PostgreSQL demands it',
    () => ({
      SIGNET_DATABASE_URL: servers.settings.SIGNET_DATABASE_URL.replace('verify-full', 'disable'),
      SIGNET_DATABASE_CA: '',
      SIGNET_DATABASE_CERT: '',
      SIGNET_DATABASE_KEY: '',
    }),
    /^PostgreSQL refuses what SIGNET_DATABASE_URL says: .*no encryption\.$/,
  ],
])(
  '%s ends the start at once with one sentence',
  async (_, settings, sentence) => {
    const { code, err } = await refused(settings());
    expect({ code, err }).toEqual({ code: 78, err: expect.stringMatching(sentence) as unknown });
    expect(err).not.toContain('guessed');
  },
  180_000,
);

test('a message is delivered over SASL_SSL and verify-full, with client certificates on both', async () => {
  signet = await Signet.start(servers.settings);
  const local = await signet.local();
  const { id: webhookId } = await Api.tenant(local).register(`${receiver.url}/orders`);
  await Api.producer(local).publish(local.tenantId, 'over-tls');
  await waitFor(async () => (await Api.tenant(local).deliveries({ webhookId, status: 'SUCCESS' })).length === 1, {
    what: 'the delivery',
  });
}, 240_000);

test.each<[string, string[], Record<string, string>, RegExp]>([
  [
    'password of Kafka',
    UNREADABLE_WEBHOOKS,
    { SIGNET_KAFKA_PASSWORD: 'guessed' },
    /^Kafka refuses what .*PASSWORD say: /,
  ],
  [
    'CA of Kafka',
    DEAD_LETTERS,
    { SIGNET_KAFKA_CA: OTHER_CA },
    /^The certificate of Kafka is not signed .* SIGNET_KAFKA_CA: /,
  ],
  [
    'CA of PostgreSQL',
    REBUILD,
    { SIGNET_DATABASE_CA: OTHER_CA },
    /^The certificate of PostgreSQL .* SIGNET_DATABASE_CA: /,
  ],
])(
  'a command with a wrong %s says so in one sentence',
  async (_, script, settings, sentence) => {
    const { code, err } = await run(script, settings);
    expect({ code, err }).toEqual({ code: 78, err: expect.stringMatching(sentence) as unknown });
    expect(err.split('\n')).toHaveLength(1);
  },
  60_000,
);

test('commands do their work over SASL_SSL and verify-full', async () => {
  const { installation } = await signet!.local();
  const settings = { SIGNET_INSTALLATION: installation };
  const answers = await Promise.all([DEAD_LETTERS, REBUILD].map((script) => run(script, settings)));
  expect(answers.map(({ code, err }) => ({ code, err }))).toEqual(answers.map(() => ({ code: 0, err: '' })));
}, 60_000);
