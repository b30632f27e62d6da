import { randomUUID } from 'node:crypto';
import type { ApiKeySnapshot, WebhookSnapshot } from '@signet/contracts';
import { newId, REGISTRY_API_KEYS } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import type { ApiKeyLookup, RunningService } from '@signet/service-kit';
import { API_KEY_LOOKUP, hashApiKey, loadSettings, pinoLogger, startService } from '@signet/service-kit';
import { generateSealingKey } from '@signet/signature';
import { completeTables, TEST_INSTALLATION, testBrokers, waitFor } from '@signet/testing';
import { settings } from '../config.ts';
import { deliveryService } from '../delivery.service.ts';
import { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import type { DispatchFixture } from './dispatch-fixture.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // The fields of answers that the tests read.
  readonly json: Record<string, unknown> & { readonly data: Record<string, unknown>[]; readonly id: string };
}

export interface ApiRequest {
  readonly key: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DeliveryApiOptions {
  /** Whether the service consumes from Kafka. By default it joins no group, so it has no partitions and sends no deliveries. */
  readonly consumes?: boolean;
  /** Default: the Kafka that all tests share. */
  readonly brokers?: readonly string[];
}

/** Delivery's HTTP API on the database of a fixture. */
export class DeliveryApi {
  private constructor(
    readonly service: RunningService,
    private readonly producer: RecordProducer,
  ) {}

  static async on(
    fixture: DispatchFixture,
    more: Readonly<Record<string, string>> = {},
    { consumes = false, brokers = testBrokers() }: DeliveryApiOptions = {},
  ): Promise<DeliveryApi> {
    const loaded = loadSettings(settings, {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: '0',
      SIGNET_MANAGEMENT_PORT: '0',
      SIGNET_DRAIN_PAUSE: '0s',
      SIGNET_LOG_LEVEL: process.env['SIGNET_TEST_LOG_LEVEL'] ?? 'silent',
      SIGNET_INSTALLATION: TEST_INSTALLATION,
      SIGNET_KAFKA_BROKERS: brokers.join(','),
      SIGNET_DATABASE_URL: fixture.databaseUrl,
      SIGNET_SEALING_KEYS: generateSealingKey('test'),
      ...more,
    });
    await completeTables({ brokers });
    const options = await deliveryService(loaded, pinoLogger('delivery', loaded.SIGNET_LOG_LEVEL));
    const service = await startService(consumes ? options : { ...options, strategies: () => [] });
    await waitFor(async () => (await fetch(`${service.managementUrl}/readyz`)).ok, { what: 'delivery to be ready' });
    const client = { brokers, clientId: 'delivery-test' };
    return new DeliveryApi(service, new RecordProducer({ client, name: 'test' }));
  }

  async stop(): Promise<void> {
    await this.producer.close();
    await this.service.stop();
  }

  /** Makes a key that delivery knows: of the tenant, or without one of an operator. */
  async newKey(tenantId: string | null, about: Partial<ApiKeySnapshot> = {}): Promise<string> {
    const key = `sgn_${randomUUID()}`;
    const role = tenantId === null ? 'operator' : 'tenant';
    const named = { id: newId(), tenantId, name: 'Test', role, hash: hashApiKey(key), version: 1 } as const;
    const snapshot: ApiKeySnapshot = { ...named, ...about };
    await this.producer.publish(REGISTRY_API_KEYS, { key: snapshot.id, value: JSON.stringify(snapshot) });
    const keys = this.service.app.get<ApiKeyLookup>(API_KEY_LOOKUP);
    await waitFor(() => keys.byHash(snapshot.hash), { what: 'the key to be known' });
    return key;
  }

  /** Makes the webhook known to delivery, as if the registry had published it. */
  knows(webhook: WebhookSnapshot): void {
    this.service.app.get(WebhookDirectoryReader).directory.put(webhook);
  }

  async call(method: string, path: string, { key, body, headers }: ApiRequest): Promise<ApiAnswer> {
    const answer = await fetch(this.service.url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = JSON.parse((await answer.text()) || '{}') as ApiAnswer['json'];
    return { status: answer.status, headers: answer.headers, json };
  }
}
