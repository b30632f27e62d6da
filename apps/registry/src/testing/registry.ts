import { randomUUID } from 'node:crypto';
import { REGISTRY_DEAD_LETTER } from '@signet/contracts';
import { DEAD_LETTER, RecordProducer } from '@signet/kafka';
import type { RunningService } from '@signet/service-kit';
import { loadSettings, startService } from '@signet/service-kit';
import { generateSealingKey } from '@signet/signature';
import type { TestDatabase } from '@signet/testing';
import { FollowedTopic, TEST_INSTALLATION, testBrokers, testDatabase, waitFor } from '@signet/testing';
import { ApiKeyCommands } from '../api-key/api-key.commands.ts';
import type { RegistrySettings } from '../config.ts';
import { settings } from '../config.ts';
import { registryService } from '../registry.service.ts';
import type { Answer, Asked } from './answers.ts';
import { ask } from './answers.ts';
import { Outcomes } from './outcomes.ts';

export interface TestTenant {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  /** Sends a request with this tenant's key. */
  call(method: string, path: string, asked?: Asked): Promise<Answer>;
  newKey(role: 'tenant' | 'producer'): Promise<string>;
  /** Registers a webhook with a URL of its own. */
  newWebhook(more?: object): Promise<Answer['json']>;
}

/** The real registry, on a database of its own and the shared Kafka. Tests use it over HTTP. */
export class TestRegistry {
  readonly #followed: FollowedTopic[] = [];
  readonly #replicas: RunningService[] = [];

  private constructor(
    readonly database: TestDatabase,
    /** Its settings, as in the environment. */
    readonly environment: Readonly<Record<string, string>>,
    readonly settings: RegistrySettings,
    /** The value of SIGNET_SEALING_KEYS. */
    readonly sealingKeys: string,
    readonly service: RunningService,
    readonly operatorKey: string,
    private readonly producer: RecordProducer,
  ) {}

  /** @param more settings in addition to those of every test */
  static async start(more: Record<string, string> = {}, { keepsTables = false } = {}): Promise<TestRegistry> {
    const database = await testDatabase();
    const sealingKeys = more['SIGNET_SEALING_KEYS'] ?? generateSealingKey('test');
    const environment = {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: '0',
      SIGNET_MANAGEMENT_PORT: '0',
      SIGNET_DRAIN_PAUSE: '0s',
      SIGNET_LOG_LEVEL: process.env['SIGNET_TEST_LOG_LEVEL'] ?? 'silent',
      SIGNET_INSTALLATION: TEST_INSTALLATION,
      SIGNET_KAFKA_BROKERS: testBrokers().join(','),
      SIGNET_DATABASE_URL: database.url,
      SIGNET_SEALING_KEYS: sealingKeys,
      ...more,
    };
    const loaded = loadSettings(settings, environment);
    const service = await startReplica(loaded, keepsTables);
    const owner = { tenantId: null, name: 'Operator of the test', role: 'operator' } as const;
    // SIGNET_OPERATOR_KEY is not used: the first operator key always has the same id, and all tests share one topic
    // for keys.
    const { key } = await service.app.get(ApiKeyCommands).create(owner, 'test');
    const producer = new RecordProducer({ client: { brokers: testBrokers(), clientId: 'test' }, name: 'test' });
    return new TestRegistry(database, environment, loaded, sealingKeys, service, key, producer);
  }

  /** Another replica on the same database. Whether it publishes depends on which replica holds the relay's lock. */
  async replica(more: Record<string, string> = {}): Promise<RunningService> {
    const service = await startReplica(loadSettings(settings, { ...this.environment, ...more }));
    this.#replicas.push(service);
    return service;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#followed.map((topic) => topic.close()));
    await this.producer.close();
    await Promise.all([this.service, ...this.#replicas].map((service) => service.stop()));
    await this.database.drop();
  }

  /** Sends a request, as the operator unless another key is given. */
  call(method: string, path: string, asked: Asked = {}): Promise<Answer> {
    return ask(`${this.service.url}${path}`, method, { key: this.operatorKey, ...asked });
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.service.managementUrl}/metrics`)).text();
  }

  async newTenant(): Promise<TestTenant> {
    const name = `Shop ${randomUUID().slice(0, 8)}`;
    const { id } = (await this.call('POST', '/v1/tenants', { body: { name } })).json;
    const newKey = async (role: 'tenant' | 'producer'): Promise<string> =>
      (await this.call('POST', `/v1/tenants/${id}/api-keys`, { body: { name: 'Till', role } })).json.key;
    const key = await newKey('tenant');
    const call = (method: string, path: string, asked: Asked = {}) => this.call(method, path, { key, ...asked });
    const newWebhook = async (more: object = {}): Promise<Answer['json']> => {
      const url = `https://shop.example/${randomUUID()}`;
      const body = { name: 'Webhook', url, events: ['sale.created'], ...more };
      const answer = await call('POST', '/v1/webhooks', { body });
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.json));
      return answer.json;
    };
    return { id, name, key, call, newKey, newWebhook };
  }

  outcomesOf(webhook: { id: string; tenantId: string }): Outcomes {
    return new Outcomes(this.producer, webhook);
  }

  async follow(topic: string): Promise<FollowedTopic> {
    const followed = await FollowedTopic.of(topic);
    this.#followed.push(followed);
    return followed;
  }

  /** The reason for which a record of this webhook was set aside. */
  async deadLetterOf(webhookId: string): Promise<{ reason?: string; field?: string }> {
    const { headers } = await (await this.follow(REGISTRY_DEAD_LETTER)).record(webhookId);
    const text = (name: string) => headers[name]?.toString();
    return { reason: text(DEAD_LETTER.reason) ?? '', field: text(DEAD_LETTER.field) ?? '' };
  }
}

async function startReplica(loaded: RegistrySettings, keepsTables = false): Promise<RunningService> {
  const options = { groupId: `registry-test.${randomUUID()}`, keepsTables };
  const service = await startService(await registryService(loaded, options));
  await waitFor(async () => (await fetch(`${service.managementUrl}/readyz`)).ok, { what: 'the registry to be ready' });
  return service;
}

export const startRegistry = (
  more: Record<string, string> = {},
  options: { readonly keepsTables?: boolean } = {},
): Promise<TestRegistry> => TestRegistry.start(more, options);
