import { MikroORM } from '@mikro-orm/postgresql';
import { Registry } from 'prom-client';
import {
  deliveryIdOf,
  eventIdOf,
  newId,
  systemClock,
  webhookIdentityContext,
  webhookHeaderContext,
  webhookSecretContext,
} from '@signet/contracts';
import type { Clock, DeliveryRequest, WebhookSnapshot } from '@signet/contracts';
import { EgressClient, EgressRules } from '@signet/egress';
import type { EgressClientOptions } from '@signet/egress';
import type { DeadLetter, KafkaRecord, RecordBatch } from '@signet/kafka';
import { databaseOptions, DEFAULT_LIMITS, longSession, migrate, TenantDirectory } from '@signet/service-kit';
import type { DatabaseOptions } from '@signet/service-kit';
import { SealingKeys, generateSecret } from '@signet/signature';
import { testDatabase } from '@signet/testing';
import type { TestDatabase } from '@signet/testing';
import { randomBytes } from 'node:crypto';
import { deliveryDatabase } from '../database/database.ts';
import type { Database } from '../database/database.port.ts';
import { MikroOrmDatabase } from '../database/mikro-orm-database.ts';
import { DayPartitions } from '../database/day-partitions.ts';
import { DeliveryMetrics } from '../metrics/delivery-metrics.ts';
import { DeliveryReader } from '../delivery/storage/delivery.reader.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { DispatchService } from '../dispatch/dispatch.service.ts';
import type { DispatchDependencies, DispatchSettings } from '../dispatch/dispatch.settings.ts';
import type { NotHeld } from '../partitions/partition-life.ts';
import type { Evidence } from '../platform-fault/local-evidence.policy.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { PARTITION } from './as-batch.ts';
import { withoutPoolTimers } from './simulated/pool-timers.ts';
import { snapshotOf } from './webhook-snapshot.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const PLATFORM_FAULT = {
  minHosts: 5,
  minTenants: 3,
  memoryMs: 3_600_000,
  windowMs: 60_000,
  probesPerSecond: 3,
  retryMs: 500,
};

export interface DispatchFixtureOptions {
  readonly clock?: Clock;
  /** PostgreSQL's statement time-out, milliseconds; the client waits 5 s longer for an answer. */
  readonly statementMs?: number;
  /** Changes the database's URL, for tests that cut the connection off. */
  readonly through?: (databaseUrl: string) => Promise<string>;
  readonly egress?: Partial<EgressClientOptions>;
  /** Instead of a client of the fixture's own. */
  readonly client?: Pick<EgressClient, 'post' | 'withholdWaiting' | 'close'>;
  /**
   * Whether waiting for a connection and for an answer has an end: the pool's 5 s measure the speed of the machine. Undefined: only
   * where the test cuts the connection off. A test that moves the timers must have none: hours that pass at once would end connections.
   */
  readonly hasPoolTimers?: boolean;
}

/** The connection of a replica to its database. */
export interface FixtureStorage {
  readonly database: Database;
  readonly partitions: DayPartitions;
}

export function storageOf(orm: MikroORM, options: DatabaseOptions, clock: Clock): FixtureStorage {
  const database = new MikroOrmDatabase(orm.em);
  return { database, partitions: new DayPartitions(database, clock, 90 * DAY_MS, longSession(options)) };
}

/** Dispatch on a real database; the test hands requests over instead of Kafka. */
export class DispatchFixture {
  /** The directory of the replicas that are made next. */
  directory = new WebhookDirectory();
  readonly tenants = new TenantDirectory();
  readonly secret = generateSecret(randomBytes);
  isMember = true;
  isBusy = false;
  isTrustLoaded = true;
  canary: (() => Promise<boolean>) | null = null;
  /** The evidence of each fault that began, and null for each end. */
  readonly platformFaults: (Evidence | null)[] = [];
  /** Metrics of the replica that was made last. */
  metrics = new Registry();
  /** Uniform in [0, 1): the jitter. */
  random = (): number => 0;
  /** The offset at which a replica starts to read requests. */
  committedOffset = 1_000_000n;
  whenDirectoryComplete: Promise<void> = Promise.resolve();
  /** Dead letters of records that had left Kafka. */
  readonly deadLetters: DeadLetter[] = [];
  /** Reports of partitions that were given up while PostgreSQL did not answer. */
  readonly notHeld: NotHeld[] = [];
  /** Attempts that could not even be prepared. */
  broken = 0;
  onBroken = (error: unknown): void => {
    throw error;
  };
  onError = (error: unknown): void => {
    throw error;
  };
  onRefused = (_task: DeliveryTask, error: unknown): void => {
    throw error;
  };
  private replicas = 0;
  readonly services: DispatchService[] = [];
  private readonly sealing = SealingKeys.parse(`k1:${randomBytes(32).toString('base64')}`);

  private constructor(
    private readonly ownDatabase: TestDatabase,
    readonly orm: MikroORM,
    private readonly storage: FixtureStorage,
    private readonly client: Pick<EgressClient, 'post' | 'withholdWaiting' | 'close'>,
    private readonly clock: Clock,
  ) {}

  static async create({
    clock = systemClock,
    through,
    statementMs,
    egress = {},
    client = new EgressClient({ rules: new EgressRules({ allow: ['127.0.0.0/8'] }), ...egress }),
    hasPoolTimers = through !== undefined,
  }: DispatchFixtureOptions = {}): Promise<DispatchFixture> {
    const database = await testDatabase();
    const url = (await through?.(database.url)) ?? database.url;
    const limits = statementMs === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, statementMs };
    const options = { ...deliveryDatabase({ SIGNET_DATABASE_URL: url, SIGNET_DATABASE_POOL: 10 }), limits };
    const orm = await MikroORM.init(
      hasPoolTimers ? databaseOptions(options) : withoutPoolTimers(databaseOptions(options)),
    );
    await migrate(options);
    return new DispatchFixture(database, orm, storageOf(orm, options, clock), client, clock);
  }

  get databaseUrl(): string {
    return this.ownDatabase.url;
  }

  get database(): Database {
    return this.storage.database;
  }

  get reader(): DeliveryReader {
    return new DeliveryReader(this.database);
  }

  /** A replica of dispatch that serves the test's partition. */
  async serve(
    settings: Partial<DispatchSettings> = {},
    itsOwn: Partial<DispatchDependencies> = {},
  ): Promise<DispatchService> {
    const service = this.replica(settings, itsOwn);
    await service.partitions.assigned([PARTITION]);
    await service.start();
    return service;
  }

  /**
   * A replica that has no partitions yet and has not begun.
   *
   * @param itsOwn dependencies that only this replica has
   */
  replica(settings: Partial<DispatchSettings> = {}, itsOwn: Partial<DispatchDependencies> = {}): DispatchService {
    const service = new DispatchService(
      {
        ...this.storage,
        clock: this.clock,
        random: () => this.random(),
        client: this.client,
        sealing: this.sealing,
        directory: {
          directory: this.directory,
          whenComplete: () => this.whenDirectoryComplete,
          heartbeatAgeMs: () => 0,
        },
        tenants: this.tenants,
        metrics: new DeliveryMetrics((this.metrics = new Registry()), (_task, error) => {
          this.broken += 1;
          this.onBroken(error);
        }),
        listener: {
          committed: () => undefined,
          failed: (error) => this.onError(error),
        },
        onRefused: (task, error) => this.onRefused(task, error),
        deadLetters: { publish: async (letters) => void this.deadLetters.push(...letters) },
        onError: (error) => this.onError(error),
        onNotHeld: (notHeld) => void this.notHeld.push(notHeld),
        isTrustLoaded: this.isTrustLoaded,
        canary: this.canary,
        onPlatformFault: (evidence) => void this.platformFaults.push(evidence),
        isBusy: () => this.isBusy,
        isMember: () => this.isMember,
        committedOffsets: (partitions) =>
          Promise.resolve(new Map(partitions.map((partition) => [partition, this.committedOffset]))),
        ...itsOwn,
      },
      {
        replica: `replica-${++this.replicas}`,
        policy: { scheduleMs: [50, 50, 50, 50, 50], jitter: 0 },
        circuitFailures: 5,
        maxAttempts: 5,
        platformFault: PLATFORM_FAULT,
        requestTimeoutMs: 5_000,
        perWebhookConcurrency: 8,
        totalConcurrency: 256,
        leasedInMemory: 4_000,
        // High enough that a batch is done only when its attempts have ended, also on a slow machine. Tests of spilling set
        // it lower.
        spillAfterMs: 20_000,
        recorder: { batchSize: 500, lingerMs: 1, lanes: 2 },
        shelf: { lingerMs: 1, unhurriedMs: 500 },
        userAgent: 'Signet/test',
        ...settings,
      },
    );
    this.tenants.markComplete();
    this.services.push(service);
    return service;
  }

  webhook(url: string, fields: Partial<WebhookSnapshot> = {}): WebhookSnapshot {
    const id = fields.id ?? newId();
    const webhook = snapshotOf({
      id,
      tenantId: 'tenant-1',
      url,
      secrets: [{ sealed: this.sealed(id, this.secret), expiresAt: null }],
      ...fields,
    });
    this.directory.put(webhook);
    return webhook;
  }

  /** Publishes the state of the tenant of the test's webhooks, as the registry does. */
  tenant(status: 'active' | 'suspended', version: number): void {
    const snapshot = { id: 'tenant-1', name: 'Test', status, version };
    this.tenants.apply('tenant-1', Buffer.from(JSON.stringify(snapshot)));
  }

  sealed(webhookId: string, secret: string): string {
    return this.sealing.seal(secret, webhookSecretContext(webhookId));
  }

  sealedHeader(webhookId: string, name: string, value: string): string {
    return this.sealing.seal(value, webhookHeaderContext(webhookId, name));
  }

  sealedIdentity(webhookId: string, identity: { certificate: string; key: string }): string {
    return this.sealing.seal(JSON.stringify(identity), webhookIdentityContext(webhookId));
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.client.close();
    await this.orm.close();
    await this.ownDatabase.drop();
  }
}

/** Requests of these messages to a webhook, as a batch from Kafka. */
export function requestBatch(
  webhook: WebhookSnapshot,
  messageIds: readonly string[],
  signal?: AbortSignal,
  fields: Partial<DeliveryRequest> = {},
): RecordBatch {
  const controller = new AbortController();
  return {
    topic: 'delivery.requests.v1',
    partition: PARTITION,
    records: messageIds.map((messageId, index) => requestRecord(webhook, messageId, index, fields)),
    signal: signal ?? controller.signal,
    setAside: (record, why) => {
      throw new Error(`${record.offset} was set aside: ${why.detail}`);
    },
  };
}

/** Requests of messages with subjects, as they lie on the partition from an offset on. */
export function orderedBatch(
  webhook: WebhookSnapshot,
  messages: readonly { id: string; subject: string }[],
  firstOffset = 0,
  signal?: AbortSignal,
): RecordBatch {
  return {
    ...requestBatch(webhook, [], signal),
    records: messages.map(({ id, subject }, index) => requestRecord(webhook, id, firstOffset + index, { subject })),
  };
}

function requestRecord(
  webhook: WebhookSnapshot,
  messageId: string,
  index: number,
  fields: Partial<DeliveryRequest>,
): KafkaRecord {
  const message = { source: '/test', id: messageId };
  const request: DeliveryRequest = {
    deliveryId: deliveryIdOf(webhook.id, message),
    webhookId: webhook.id,
    tenantId: webhook.tenantId,
    eventId: eventIdOf(message),
    eventType: 'sale.created',
    source: message.source,
    messageId,
    messageTime: '2026-03-01T10:00:00Z',
    acceptedAt: Date.parse('2026-03-01T10:00:00Z'),
    kind: 'message',
    ...fields,
  };
  return {
    topic: 'delivery.requests.v1',
    partition: PARTITION,
    offset: String(index),
    key: Buffer.from(webhook.id),
    value: Buffer.from(JSON.stringify({ type: 'sale.created', data: { messageId } })),
    headers: { 'signet-request': Buffer.from(JSON.stringify(request)) },
    timestamp: 0,
  };
}
