import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Controller, Get, Module, Post } from '@nestjs/common';
import type { ApiKeySnapshot, Role } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { newId } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import { completeTables, TEST_INSTALLATION, testBrokers, testTopic, waitFor } from '@signet/testing';
import { Registry } from 'prom-client';
import { HealthRegistry } from '../health/health.registry.ts';
import { LOGGER } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import type { RunningService } from '../service/service-options.ts';
import { CLOCK } from '../service/service.tokens.ts';
import { startService } from '../service/start-service.ts';
import { ApiKeyDirectory } from './api-key-directory.ts';
import { AuthModule } from './auth.module.ts';
import { Caller, Public, Roles } from './caller.ts';
import { DirectoryFeed } from './directory-feed.ts';
import { hashApiKey } from './lookups.ts';

@Controller()
@Roles('tenant', 'producer')
class WhoController {
  @Get('me')
  me(@Caller() caller: Caller) {
    return caller;
  }

  @Post('change')
  change() {
    return {};
  }

  @Get('tenants-only')
  @Roles('tenant')
  tenantsOnly() {
    return {};
  }

  @Get('public')
  @Public()
  open() {
    return {};
  }
}

@Module({ controllers: [WhoController] })
class WhoModule {}

const kafka = { brokers: testBrokers(), clientId: 'service-kit-test' };
const producer = new RecordProducer({ client: kafka, name: 'registry' });
const keys = new ApiKeyDirectory();
let topic: string;
let service: RunningService;

const snapshot = (token: string, role: Role): ApiKeySnapshot => ({
  id: newId(),
  tenantId: 'acme',
  name: `the ${role}'s`,
  role,
  hash: hashApiKey(token),
  version: 1,
});
const publish = (id: string, value: ApiKeySnapshot | null): Promise<void> =>
  producer.publish(topic, { key: id, value: value && JSON.stringify(value) });
const call = (path: string, token?: string) =>
  fetch(service.url + path, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: unknown }).code;

beforeAll(async () => {
  topic = await testTopic('api-keys', { cleanup: 'compact' });
  await producer.connect();
  await publish('old', { ...snapshot('old-token', 'producer') });
  await completeTables({ topics: [topic] });
  const table = { name: 'api-keys', kafka, installation: TEST_INSTALLATION };
  const feed = {
    provide: DirectoryFeed,
    inject: [HealthRegistry, Registry, CLOCK, LOGGER],
    useFactory: (health: HealthRegistry, metrics: Registry, clock: Clock, logger: Logger) =>
      new DirectoryFeed({ ...table, topic, directory: keys, health, metrics, clock, logger }),
  };
  service = await startService({
    name: 'who',
    module: { module: WhoModule, imports: [AuthModule.forRoot({ keys })], providers: [feed] },
    settings: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: 0,
      SIGNET_MANAGEMENT_PORT: 0,
      SIGNET_LOG_LEVEL: 'warn',
      SIGNET_SHUTDOWN_DEADLINE: 5_000,
    },
    openapi: { title: 'Who' },
  });
});
afterAll(async () => {
  await service.stop();
  await producer.close();
});

test('a service is ready once it knows the keys that were there', async () => {
  await waitFor(async () => (await fetch(`${service.managementUrl}/readyz`)).status === 200, { what: 'readiness' });
  expect((await call('/me', 'old-token')).status).toBe(200);
});

test('a key works as soon as Kafka has it, and no longer once it is revoked', async () => {
  const key = snapshot('new-token', 'producer');
  expect(await codeOf(await call('/me', 'new-token'))).toBe('unknown_api_key');
  await publish(key.id, key);
  const response = await waitFor(
    async () => {
      const answer = await call('/me', 'new-token');
      return answer.status === 200 ? answer : undefined;
    },
    { what: 'the new key to work' },
  );
  expect(await response.json()).toEqual({
    keyId: key.id,
    role: 'producer',
    tenantId: 'acme',
    name: "the producer's",
    eventTypes: null,
    tenants: null,
  });
  await publish(key.id, null);
  await waitFor(async () => (await call('/me', 'new-token')).status === 401, { what: 'the key to be revoked' });
});

test('a session works like its key as soon as Kafka has it, and ends when Kafka says so', async () => {
  const session = (token: string, ms: number) => ({
    hash: hashApiKey(token),
    expiresAt: new Date(Date.now() + ms).toISOString(),
  });
  const browse = (token: string, path = '/me', method = 'GET', headers: Record<string, string> = {}) =>
    fetch(service.url + path, { method, headers: { cookie: `signet-session=${token}`, ...headers } });
  const isRefused = async (token: string): Promise<boolean> => (await browse(token)).status === 401;
  const key = snapshot('key-of-browsers', 'producer');
  const [first, second, late] = [session('first', 60_000), session('second', 60_000), session('late', 2_000)];
  await publish(key.id, { ...key, sessions: [first, second, late] });
  await waitFor(async () => !(await isRefused('second')), { what: 'the sessions to be known' });
  expect(await (await browse('first')).json()).toMatchObject({ keyId: key.id, session: first });

  expect(await codeOf(await browse('first', '/change', 'POST'))).toBe('other_origin');
  const crossSite = { 'sec-fetch-site': 'cross-site' };
  expect((await browse('first', '/change', 'POST', crossSite)).status).toBe(403);
  expect((await browse('first', '/me', 'GET', crossSite)).status).toBe(200);
  expect((await browse('first', '/change', 'POST', { 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  const withKey = { ...crossSite, authorization: 'Bearer old-token' };
  expect((await browse('first', '/change', 'POST', withKey)).status).toBe(201);

  await waitFor(() => isRefused('late'), { what: 'the session to expire' });
  await publish(key.id, { ...key, sessions: [second] });
  await waitFor(() => isRefused('first'), { what: 'the sign-out', timeoutMs: 5_000 });
  expect(await isRefused('second')).toBe(false);
  await publish(key.id, null);
  await waitFor(() => isRefused('second'), { what: 'the revocation', timeoutMs: 5_000 });
});

test('a route is for those roles that it names', async () => {
  const response = await call('/tenants-only', 'old-token');
  expect([response.status, await codeOf(response)]).toEqual([403, 'role_not_allowed']);
});

test('a route needs a key unless it is public', async () => {
  const response = await call('/me');
  expect(response.headers.get('www-authenticate')).toBe('Bearer realm="signet"');
  expect([response.status, await codeOf(response)]).toEqual([401, 'missing_api_key']);
  expect((await call('/public')).status).toBe(200);
});

test('a record that cannot be read hides none that follow', async () => {
  await producer.publish(topic, { key: 'bad', value: '{' });
  const key = snapshot('after-the-bad-one', 'tenant');
  await publish(key.id, key);
  await waitFor(async () => (await call('/tenants-only', 'after-the-bad-one')).status === 200, {
    what: 'the next key',
  });
});
