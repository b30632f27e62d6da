import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ensureTopics, RecordProducer } from '@signet/kafka';
import { searchDatabase, searchFolder, searchTopics } from '@signet/service-kit';
import type { SearchReport } from '@signet/service-kit';
import { generateSealingKey, generateSecret } from '@signet/signature';
import { rawReceiver, RecordingReceiver, respond, selfSigned, waitFor } from '@signet/testing';
import type { RawReceiver, ReceivedRequest, ReceiverAnswer } from '@signet/testing';
import pg from 'pg';
import { Api, saleCreated } from './support/api.ts';
import { bearer, Keyring } from './support/secrets/keyring.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

/** The private files in the folder of `npm start`, in mode 600: only these may hold a key. */
const PRIVATE = ['keys.json', 'demo.json', 'local.json', 'postgres/password'];
const TOKENS = { first: randomBytes(24).toString('base64url'), second: randomBytes(24).toString('hex') };
const OWN_TEXT = 'a text of my own: "quoted", with a \\ and long-enough-to-be-a-secret/0123456789';

let signet: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
/** A receiver that asks for a client certificate (mutual TLS), and the certificates that it has seen. */
let asking: RawReceiver;
const callers = new Set<string>();
const trusted = mkdtempSync(join(tmpdir(), 'signet-e2e-trusted-'));
let keyring: Keyring;
let tenant: string;
let client: { brokers: string[]; clientId: string };

/** An answer with the whole request in it: many failing receivers send such answers. */
function echo({ path, headers, body }: ReceivedRequest): ReceiverAnswer {
  const echoed = {
    headers: { 'x-echo': headers['authorization'] ?? '' },
    body: JSON.stringify({ headers, body: body.toString() }),
  };
  if (path === '/fails') return { status: 500, ...echoed };
  if (path === '/moved') return { status: 302, headers: { location: `/elsewhere?token=${headers['x-api-key']}` } };
  if (path === '/gone') return { status: 410, ...echoed };
  return path === '/hangs' ? { hang: true } : { status: 200, ...echoed };
}

beforeAll(async () => {
  const sealingKeys = generateSealingKey('e2e');
  const operatorKey = `operator-key-${randomBytes(24).toString('base64url')}`;
  const smtpPassword = randomBytes(24).toString('base64url');
  receiver = await RecordingReceiver.start({ respond: echo });
  const itself = selfSigned('localhost');
  asking = await rawReceiver(
    (socket) => {
      callers.add(String((socket as TLSSocket).getPeerCertificate().subject?.CN));
      respond(socket, 'no', '500 Failed');
    },
    { tls: { ...itself, requestCert: true, rejectUnauthorized: false } },
  );
  writeFileSync(join(trusted, 'ca.pem'), itself.cert);
  signet = await Signet.start({
    NODE_EXTRA_CA_CERTS: join(trusted, 'ca.pem'),
    SIGNET_LOG_LEVEL: 'trace',
    SIGNET_OPERATOR_KEY: operatorKey,
    SIGNET_SEALING_KEYS: sealingKeys,
    SIGNET_RETRY_SCHEDULE: '100ms,100ms',
    SIGNET_MAX_ATTEMPTS: '2',
    // A mail server that answers with HTTP: each mail fails, and is logged.
    SIGNET_SMTP_URL: `smtp://signet:${smtpPassword}@127.0.0.1:${receiver.port}`,
  });
  local = await signet.local();
  client = { brokers: [local.kafkaBrokers], clientId: 'e2e-search' };
  keyring = new Keyring(local.url);
  keyring.keep('sealing key', sealingKeys.slice(sealingKeys.indexOf(':') + 1));
  keyring.keep('operator key', operatorKey);
  keyring.keep('password of the mail server', smtpPassword);
  keyring.keep('password of the database', decodeURIComponent(new URL(local.databaseUrl).password));
  keyring.keep('key of the demo tenant', local.tenantKey);
  keyring.keep('key of the demo producer', local.producerKey);
  tenant = bearer(local.tenantKey);
});
afterAll(async () => {
  await Promise.all([signet?.stopAndForget(), receiver?.close(), asking?.close()]);
  rmSync(trusted, { recursive: true });
});

const register = (name: string, fields: Record<string, unknown>, headers: Record<string, string> = {}) =>
  keyring.ask(tenant, 'POST', '/v1/webhooks', {
    body: { name, url: `${receiver.url}/${name}`, events: ['sale.created'], ...fields },
    headers,
    tells: true,
  });

/** Goes through the life of a webhook's secrets; resolves to the webhook's id. */
async function liveThroughSecrets(name: string, fields: Record<string, unknown> = {}): Promise<string> {
  const idempotent = { 'idempotency-key': `register-${name}` };
  const made = await register(name, fields, idempotent);
  expect(await register(name, fields, idempotent)).toEqual(made);
  const id = String(made.json['id']);
  keyring.keep(`secret of ${name}`, String(made.json['secret']));
  for (const body of [
    { overlapHours: 1 },
    { overlapHours: 1, secret: keyring.keep(`own key of ${name}`, generateSecret()) },
  ]) {
    const asked = { body, headers: { 'idempotency-key': `rotate-${name}-${'secret' in body}` }, tells: true };
    const rotated = await keyring.ask(tenant, 'POST', `/v1/webhooks/${id}/secret/rotate`, asked);
    expect(rotated.status).toBe(200);
    keyring.keep(`rotated secret of ${name}`, String(rotated.json['secret']));
  }
  expect((await keyring.ask(tenant, 'GET', `/v1/webhooks/${id}/secret`, { tells: true })).status).toBe(200);
  return id;
}

async function liveThroughKeys(): Promise<void> {
  const operator = bearer(keyring.secrets.find(({ name }) => name === 'operator key')?.value ?? '');
  const create = async (name: string, path: string, body: object) => {
    const headers = { 'idempotency-key': `key-${name}` };
    const made = await keyring.ask(operator, 'POST', path, { body: { name, ...body }, headers, tells: true });
    expect(made.status).toBe(201);
    return { id: String(made.json['id']), key: keyring.keep(name, String(made.json['key'])) };
  };
  const ofTenant = `/v1/tenants/${local.tenantId}/api-keys`;
  const keys = [
    await create('second operator key', '/v1/api-keys', { role: 'operator' }),
    await create('second tenant key', ofTenant, { role: 'tenant' }),
    await create('confined producer key', ofTenant, { role: 'producer', eventTypes: ['sale.created'] }),
  ];
  for (const { id, key } of keys) {
    await keyring.ask(bearer(key), 'GET', '/v1/webhooks');
    await keyring.ask(bearer(key), 'GET', '/v1/deliveries');
    await keyring.ask(bearer(key), 'POST', '/v1/events', { body: saleCreated(local.tenantId, `by-${id}`) });
    // A key in a place where it does not belong.
    await keyring.ask(tenant, 'GET', `/v1/webhooks?api_key=${key}`);
    await keyring.ask(tenant, 'GET', `/v1/webhooks/${key}`);
    // A caller that uses a key as the name of a field reads it in the answer; it must appear in that answer only.
    await keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { [key]: key }, tells: true });
    await keyring.ask(tenant, 'GET', '/v1/webhooks', { headers: { 'x-api-key': key } });
    await keyring.ask(`Basic ${key}`, 'GET', '/v1/webhooks');
    await keyring.ask(key, 'GET', '/v1/event-types');
    const wrong = keyring.keep(
      'a key with a mistake in it',
      `${key.slice(0, -8)}${randomBytes(6).toString('base64url')}`,
    );
    for (const path of ['/v1/webhooks', '/v1/deliveries']) {
      expect((await keyring.ask(bearer(wrong), 'GET', path)).status).toBe(401);
    }
    expect((await keyring.ask(bearer(wrong), 'POST', '/v1/events', { body: {} })).status).toBe(401);
  }
  await keyring.ask(operator, 'GET', ofTenant);
  await keyring.ask(operator, 'GET', '/v1/api-keys');
  for (const { id, key } of keys) {
    expect((await keyring.ask(operator, 'DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
    await waitFor(async () => (await keyring.ask(bearer(key), 'GET', '/v1/deliveries')).status === 401, {
      what: 'a revoked key to be refused',
    });
  }
}

/** Signs browsers in and out, and sends their cookies where they do not belong. */
async function liveThroughSessions(): Promise<void> {
  const operator = bearer(local.operatorKey);
  for (const [name, authorization] of [
    ['session of a tenant', tenant],
    ['session of an operator', operator],
  ] as const) {
    const cookie = await keyring.signIn(name, authorization);
    const token = cookie.slice(cookie.indexOf('=') + 1);
    const asBrowser = { headers: { cookie, 'sec-fetch-site': 'same-origin' } };
    expect((await keyring.ask(undefined, 'GET', '/v1/session', asBrowser)).status).toBe(200);
    await waitFor(async () => (await keyring.ask(undefined, 'GET', '/v1/deliveries', asBrowser)).status === 200, {
      what: 'delivery to know the session',
    });
    await keyring.ask(undefined, 'POST', '/v1/events', { ...asBrowser, body: saleCreated(local.tenantId, name) });
    await keyring.ask(undefined, 'POST', '/v1/session', asBrowser);
    await keyring.ask(undefined, 'DELETE', '/v1/session', { headers: { cookie } });
    for (const path of [`/v1/webhooks/${token}`, `/v1/deliveries?q=${token}`, `/v1/deliveries/${token}`])
      await keyring.ask(tenant, 'GET', path);
    await keyring.ask(bearer(token), 'GET', '/v1/webhooks');
    await keyring.ask(undefined, 'GET', '/v1/webhooks', { headers: { cookie: `${cookie}; ${cookie}x` } });
    expect((await keyring.ask(undefined, 'DELETE', '/v1/session', asBrowser)).status).toBe(204);
    expect((await keyring.ask(undefined, 'GET', '/v1/webhooks', asBrowser)).status).toBe(401);
  }
}

/** Sets, replaces and mistakes a client certificate, and has one refused; resolves to the webhook's id. */
async function liveThroughCertificates(): Promise<string> {
  const identity = (name: string) => {
    const { cert, key } = selfSigned(name);
    return { certificate: cert, key: keyring.keep(`private key of ${name}`, key) };
  };
  const [first, second, mistaken] = [
    identity('first.example'),
    identity('second.example'),
    identity('mistaken.example'),
  ];
  const url = `https://localhost:${asking.port}/who`;
  const made = await register('asks', { url, clientCertificate: first });
  keyring.keep('secret of asks', String(made.json['secret']));
  // This answer shows the webhook's secret, so it is checked here, without that secret.
  expect(keyring.search.in(Buffer.from(JSON.stringify({ ...made.json, secret: '' })))).toEqual([]);
  const path = `/v1/webhooks/${String(made.json['id'])}`;
  await keyring.ask(tenant, 'POST', `${path}/test`, { body: { eventType: 'sale.created' } });
  await waitFor(() => callers.has('first.example'), { what: 'the receiver to see the first certificate' });
  const exchanged = await keyring.ask(tenant, 'PATCH', path, { body: { clientCertificate: second } });
  expect(exchanged.json).toMatchObject({ clientCertificate: { subject: 'CN=second.example' } });

  const { certificate, key } = mistaken;
  const body = { name: 'x', url, events: ['sale.created'] };
  const refused = [
    ...[
      { certificate: first.certificate, key },
      { certificate: key, key: certificate },
      { certificate, key: key.replace('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY') },
      { certificate, key: key.replaceAll('\n', ' ') },
      { certificate, key: [key] },
      { certificate, key, passphrase: key },
      { certificate: `${certificate}${key}`, key: 'none' },
      key,
    ].flatMap((clientCertificate) => [
      keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { ...body, clientCertificate } }),
      keyring.ask(tenant, 'PATCH', path, { body: { clientCertificate } }),
    ]),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { ...body, url: receiver.url, clientCertificate: mistaken } }),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { text: `{"clientCertificate":{"key":${JSON.stringify(key)} ` }),
  ];
  for (const { status } of await Promise.all(refused)) expect(Math.floor(status / 100)).toBe(4);
  return String(made.json['id']);
}

/** Sends secrets in requests that are refused: an error must not repeat them. */
async function makeMistakes(id: string): Promise<void> {
  const short = keyring.keep('a secret that is too short', `whsec_${randomBytes(20).toString('base64')}`);
  const secret = keyring.keep('a secret in a request that is refused', generateSecret());
  const body = { name: 'x', url: `${receiver.url}/x`, events: ['sale.created'] };
  const refused = [
    keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { ...body, secret: short } }),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { ...body, secret: `${secret} ` } }),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { ...body, secret: [secret] } }),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { ...body, secret, events: [] } }),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { ...body, secrets: secret } }),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { ...body, [secret]: secret }, tells: true }),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { body: { ...body, headers: { Authorization: `${secret}\n` } } }),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { text: `{"secret":"${secret}" "name":1}` }),
    keyring.ask(tenant, 'POST', '/v1/webhooks', { text: `${secret}` }),
    keyring.ask(tenant, 'PATCH', `/v1/webhooks/${id}`, { body: { secret } }),
    keyring.ask(tenant, 'POST', `/v1/webhooks/${id}/secret/rotate`, { body: { secret, overlapHours: 'long' } }),
    keyring.ask(tenant, 'POST', `/v1/webhooks/${id}/secret/rotate`, { body: secret }),
  ];
  for (const { status } of await Promise.all(refused)) expect(Math.floor(status / 100)).toBe(4);
}

test('a whole life: secrets, credentials, keys of every role, and the mistakes that people make with them', async () => {
  const credentials = {
    Authorization: `Bearer ${keyring.keep('token of the tenant', TOKENS.first)}`,
    'x-api-key': keyring.keep('API key of the tenant', TOKENS.second),
  };
  keyring.keep('text of the tenant', OWN_TEXT);
  await keyring.ask(tenant, 'PATCH', `/v1/tenants/${local.tenantId}`, { body: { alertEmail: 'ops@shop.example' } });
  const ids = [
    await liveThroughSecrets('works', { headers: credentials, legacySignatureHeader: 'x-signature' }),
    await liveThroughSecrets('fails', { headers: credentials, secret: OWN_TEXT }),
    await liveThroughSecrets('moved', { headers: credentials }),
    await liveThroughSecrets('gone', { headers: credentials }),
    await liveThroughSecrets('hangs', { headers: credentials, requestTimeoutMs: 1_000 }),
    await liveThroughCertificates(),
  ];
  const [works, fails] = ids as [string, string];
  await keyring.ask(tenant, 'PATCH', `/v1/webhooks/${works}`, {
    body: { headers: { ...credentials, 'x-shop': '12' } },
  });
  await keyring.ask(tenant, 'PATCH', `/v1/webhooks/${works}`, { body: { headers: { Authorization: '***' } } });
  await makeMistakes(fails);
  await liveThroughKeys();
  await liveThroughSessions();

  const producer = Api.producer(local);
  for (const id of ['s-1', 's-2', 's-3']) await producer.publish(local.tenantId, id);
  await keyring.ask(bearer(local.producerKey), 'POST', '/v1/events', { body: { type: 'sale.created' } });
  const broken = new RecordProducer({ client, name: 'e2e' });
  await broken.publish('shop.sale', { key: 'k', value: 'no event' });
  await broken.close();
  await keyring.ask(tenant, 'POST', `/v1/webhooks/${works}/test`, { body: { eventType: 'sale.created' } });
  const underWay = async () => {
    const [pending, retrying] = await Promise.all(
      ['PENDING', 'RETRYING'].map((status) => Api.tenant(local).deliveries({ status })),
    );
    return [...(pending ?? []), ...(retrying ?? [])].length;
  };
  await waitFor(async () => (await Api.tenant(local).deliveries({ webhookId: works })).length >= 4, {
    what: 'deliveries',
  });
  await signet.killAndAwaitReturn('delivery');
  await waitFor(async () => (await underWay()) === 0, { what: 'every delivery to end' });
  const since = new Date(Date.now() - 600_000).toISOString();
  const replay = await keyring.ask(tenant, 'POST', '/v1/replays', { body: { webhookId: works, since, status: 'all' } });
  expect(replay.status).toBeLessThan(300);
  await waitFor(() => receiver.requests.some(({ headers }) => headers['signet-replay']), { what: 'the replay' });
  await waitFor(async () => (await underWay()) === 0, { what: 'every replay to end' });

  for (const path of [
    '/v1/webhooks',
    '/v1/deliveries',
    '/v1/replays',
    '/v1/circuits',
    '/v1/failures',
    '/v1/event-types',
  ]) {
    expect((await keyring.ask(tenant, 'GET', path)).status).toBe(200);
  }
  for (const id of ids) {
    for (const path of ['', '/history?limit=200', '/history?at=2100-01-01T00:00:00Z']) {
      expect((await keyring.ask(tenant, 'GET', `/v1/webhooks/${id}${path}`)).status).toBe(200);
    }
  }
  for (const { id } of await Api.tenant(local).deliveries({})) {
    await keyring.ask(tenant, 'GET', `/v1/deliveries/${id}`);
    await keyring.ask(tenant, 'GET', `/v1/deliveries/${id}/attempts`);
  }
  expect((await keyring.ask(tenant, 'DELETE', `/v1/webhooks/${fails}`)).status).toBe(204);
  for (const [name, { managementPort }] of Object.entries(local.services)) {
    keyring.see(`metrics of ${name}`, await (await fetch(`http://127.0.0.1:${managementPort}/metrics`)).text());
  }
  // The receivers must get the credentials.
  expect(receiver.requests.some(({ headers }) => headers['authorization'] === credentials.Authorization)).toBe(true);
  expect([...callers]).toEqual(['first.example', 'second.example']);
  expect(keyring.secrets.length).toBeGreaterThan(30);
});

test('no answer shows a secret, except the answers that must contain it', () => {
  expect(keyring.shownLeaks()).toEqual([]);
});

/** Checks that a search has looked at something, and has found nothing. */
const expectClean = ({ places, bytes, leaks }: SearchReport, least: { places: number; bytes: number }): void => {
  expect(leaks).toEqual([]);
  expect(places).toBeGreaterThan(least.places);
  expect(bytes).toBeGreaterThan(least.bytes);
};

test('no table of the database holds a secret', async () => {
  expectClean(await searchDatabase({ url: local.databaseUrl }, keyring.search), { places: 100, bytes: 100_000 });
});

test('no record of any topic holds a secret', async () => {
  expectClean(await searchTopics(client, keyring.search), { places: 100, bytes: 50_000 });
});

/**
 * The folders with files of Signet and its servers. PostgreSQL may keep its files elsewhere, because it does not run
 * as root.
 */
async function folders(): Promise<string[]> {
  const database = new pg.Client({ connectionString: local.databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ data_directory: string }>('show data_directory');
  await database.end();
  const [{ data_directory: data } = { data_directory: '' }] = rows;
  return data.startsWith(signet.dataDir) ? [signet.dataDir] : [signet.dataDir, data];
}

test('no file holds a secret, not even logs at level trace, except files that only their owner may read', async () => {
  for (const folder of await folders()) {
    const report = await searchFolder({ folder, except: PRIVATE }, keyring.search);
    expectClean(report, { places: 10, bytes: 100_000 });
  }
  const files = readdirSync(signet.dataDir, { recursive: true }).map(String);
  for (const file of files.filter((name) => PRIVATE.includes(name))) {
    expect({ file, others: statSync(join(signet.dataDir, file)).mode & 0o077 }).toEqual({ file, others: 0 });
  }
  const logs = readdirSync(join(signet.dataDir, 'logs'));
  expect(logs).toEqual(expect.arrayContaining(['registry.log', 'ingestion.log', 'delivery.log', 'postgres.log']));
});

test('the same searches find secrets that were hidden for them', async () => {
  const { search } = keyring;
  const [first] = keyring.secrets.filter(({ name }) => name === 'secret of works');
  const value = first?.value ?? '';
  const raw = Buffer.from(value);

  const database = new pg.Client({ connectionString: local.databaseUrl });
  await database.connect();
  await database.query('create schema hidden; create table hidden.things (id int, note jsonb, bytes bytea)');
  await database.query('insert into hidden.things values (1, $1, null), (2, null, $2)', [{ deep: [value] }, raw]);
  const inDatabase = (await searchDatabase({ url: local.databaseUrl }, search)).leaks;
  await database.query('drop schema hidden cascade');
  await database.end();
  const leak = (where: string, form: string) => ({ where, secret: 'secret of works', form });
  expect(inDatabase).toEqual(
    expect.arrayContaining([leak('table hidden.things', 'raw'), leak('table hidden.things', 'hex')]),
  );

  await ensureTopics(client, [{ name: 'hidden', partitions: 2 }]);
  const producer = new RecordProducer({ client, name: 'e2e' });
  const headers = { 'x-note': Buffer.from(`y${value}`).toString('base64url') };
  await producer.publishAll('hidden', [
    { key: value, value: Buffer.from('1'), headers: {} },
    { key: 'k', value: Buffer.from('2'), headers },
  ]);
  await producer.close();
  const onKafka = (await searchTopics(client, search)).leaks;
  expect(onKafka.map(({ where, form }) => `${where}: ${form}`)).toEqual(
    expect.arrayContaining(['topic hidden: raw', expect.stringMatching(/^topic hidden: base64(url)?$/)]),
  );

  const folder = join(signet.dataDir, 'logs', 'hidden');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.log'), `GET /?secret=${encodeURIComponent(value)}\n`);
  writeFileSync(join(folder, 'b.bin'), Buffer.concat([randomBytes(9_000_000), Buffer.from(value.slice(6), 'base64')]));
  const inFiles = (await searchFolder({ folder }, search)).leaks;
  rmSync(folder, { recursive: true });
  // A secret without characters that URLs encode is the same in both forms.
  expect(inFiles.map(({ where, form }) => `${where}: ${form}`)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^file a\.log: (raw|percent-encoded)$/),
      'file b.bin: raw of its bytes',
    ]),
  );
});
