import { randomUUID } from 'node:crypto';
import type { ApiKeySnapshot, Domain, TenantSnapshot } from '@signet/contracts';
import { canonicalTopic, INGESTION_DEAD_LETTER, newId, REGISTRY_API_KEYS, REGISTRY_TENANTS } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import type { RunningService } from '@signet/service-kit';
import { API_KEY_LOOKUP, hashApiKey, loadSettings, pinoLogger, startService, TENANT_LOOKUP } from '@signet/service-kit';
import type { ApiKeyLookup, TenantLookup } from '@signet/service-kit';
import { completeTables, FollowedTopic, TEST_INSTALLATION, testBrokers, testTopic, waitFor } from '@signet/testing';
import { settings } from '../config.ts';
import { ingestionService } from '../ingestion.service.ts';
import { seriesOf } from './series.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: AnswerJson;
}

/** The fields of an answer that the tests read, be it a result or a problem. */
export interface AnswerJson {
  readonly code?: string;
  readonly detail?: string;
  readonly accepted?: number;
  readonly results?: {
    readonly status: string;
    readonly id: string;
    readonly error?: { code: string; field: string };
  }[];
  readonly errors?: { readonly field: string; readonly rule: string; readonly detail: string }[];
}

/** A request as the `cloudevents` SDK writes it. */
export interface Message {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface TestKey {
  readonly key: string;
  revoke(): Promise<void>;
}

export interface TestIngestionOptions {
  /** Default: the Kafka that all tests share. */
  readonly brokers?: readonly string[];
  /** Default: a topic of its own. */
  readonly sourceTopic?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Often enough that no test has to wait for a check of which source topics exist. */
const CHECK_MS = 500;

/** The real ingestion, and a producer that acts as the registry and as the services that publish events. */
export class TestIngestion {
  readonly #followed = new Map<string, Promise<FollowedTopic>>();

  private constructor(
    readonly service: RunningService,
    readonly brokers: readonly string[],
    readonly sourceTopic: string,
    readonly producer: RecordProducer,
  ) {}

  static async start(options: TestIngestionOptions = {}): Promise<TestIngestion> {
    const { brokers = testBrokers(), sourceTopic = await testTopic('shop.sale') } = options;
    await completeTables({ brokers });
    const loaded = loadSettings(settings, {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: '0',
      SIGNET_MANAGEMENT_PORT: '0',
      SIGNET_DRAIN_PAUSE: '0s',
      SIGNET_LOG_LEVEL: process.env['SIGNET_TEST_LOG_LEVEL'] ?? 'silent',
      SIGNET_INSTALLATION: TEST_INSTALLATION,
      SIGNET_KAFKA_BROKERS: brokers.join(','),
      SIGNET_SOURCE_TOPICS: sourceTopic,
      ...options.settings,
    });
    const logger = pinoLogger('ingestion', loaded.SIGNET_LOG_LEVEL);
    const reading = { groupId: `ingestion-test.${randomUUID()}`, checkMs: CHECK_MS };
    const service = await startService(ingestionService(loaded, logger, reading));
    await waitFor(async () => (await fetch(`${service.managementUrl}/readyz`)).ok, { what: 'ingestion to be ready' });
    const producer = new RecordProducer({ client: { brokers, clientId: 'ingestion-test' }, name: 'test' });
    return new TestIngestion(service, brokers, sourceTopic, producer);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#followed.values()].map(async (topic) => (await topic).close()));
    await this.producer.close();
    await this.service.stop();
  }

  /** Creates a tenant and waits until ingestion knows it. */
  async newTenant(status: TenantSnapshot['status'] = 'active', id = `shop-${randomUUID()}`): Promise<string> {
    const snapshot: TenantSnapshot = { id, name: 'Shop', status, version: 1 };
    await this.producer.publish(REGISTRY_TENANTS, { key: id, value: JSON.stringify(snapshot) });
    const tenants = this.service.app.get<TenantLookup>(TENANT_LOOKUP);
    await waitFor(() => tenants.byId(id), { what: 'the tenant to be known' });
    return id;
  }

  /** A key that ingestion knows of; an operator's unless `about` says something else. */
  async newKey(about: Partial<ApiKeySnapshot> = {}): Promise<TestKey> {
    const key = `sgn_${randomUUID()}`;
    const id = newId();
    const named = { id, tenantId: null, name: 'Test', role: 'operator', hash: hashApiKey(key), version: 1 } as const;
    const snapshot: ApiKeySnapshot = { ...named, ...about };
    await this.producer.publish(REGISTRY_API_KEYS, { key: id, value: JSON.stringify(snapshot) });
    const keys = this.service.app.get<ApiKeyLookup>(API_KEY_LOOKUP);
    await waitFor(() => keys.byHash(snapshot.hash), { what: 'the key to be known' });
    return { key, revoke: () => this.producer.publish(REGISTRY_API_KEYS, { key: id, value: null }) };
  }

  async post({ headers, body }: Message, key: string): Promise<Answer> {
    const answer = await fetch(`${this.service.url}/v1/events`, {
      method: 'POST',
      headers: { ...(headers as Record<string, string>), authorization: `Bearer ${key}` },
      body: body as string | Buffer<ArrayBuffer>,
    });
    return { status: answer.status, headers: answer.headers, json: (await answer.json()) as AnswerJson };
  }

  /** Value of a counter of ingestion, such as `signet_ingestion_refused_total`; 0 while there is none. */
  async counted(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
    return seriesOf(await (await fetch(`${this.service.managementUrl}/metrics`)).text(), name, labels);
  }

  canonical(domain: Domain = 'sale'): Promise<FollowedTopic> {
    return this.follow(canonicalTopic(domain));
  }

  deadLetters(): Promise<FollowedTopic> {
    return this.follow(INGESTION_DEAD_LETTER);
  }

  follow(topic: string): Promise<FollowedTopic> {
    const known = this.#followed.get(topic) ?? FollowedTopic.of(topic, this.brokers);
    this.#followed.set(topic, known);
    return known;
  }
}
