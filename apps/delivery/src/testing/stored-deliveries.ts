import { MikroORM } from '@mikro-orm/postgresql';
import { newId, systemClock } from '@signet/contracts';
import { databaseOptions, longSession, migrate } from '@signet/service-kit';
import type { LongSession } from '@signet/service-kit';
import { testDatabase } from '@signet/testing';
import { sql } from 'kysely';
import { deliveryDatabase } from '../database/database.ts';
import type { Database } from '../database/database.port.ts';
import { MikroOrmDatabase } from '../database/mikro-orm-database.ts';
import { DayPartitions } from '../database/day-partitions.ts';
import { insertProjection } from '../delivery/storage/delivery.log.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { DeliveryReader } from '../delivery/storage/delivery.reader.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Delivery's database without a service: rows go straight into the read model. */
export class StoredDeliveries {
  private constructor(
    readonly url: string,
    readonly orm: MikroORM,
    readonly database: Database,
    readonly session: LongSession,
    private readonly partitions: DayPartitions,
    readonly close: () => Promise<void>,
  ) {}

  static async create(): Promise<StoredDeliveries> {
    const database = await testDatabase();
    const options = deliveryDatabase({ SIGNET_DATABASE_URL: database.url, SIGNET_DATABASE_POOL: 6 });
    const orm = await MikroORM.init(databaseOptions(options));
    await migrate(options);
    const session = longSession(options);
    const own = new MikroOrmDatabase(orm.em);
    const partitions = new DayPartitions(own, systemClock, 90 * DAY_MS, session);
    return new StoredDeliveries(database.url, orm, own, session, partitions, async () => {
      await orm.close();
      await database.drop();
    });
  }

  get reader(): DeliveryReader {
    return new DeliveryReader(this.database);
  }

  async add(rows: readonly DeliveryRow[]): Promise<void> {
    await this.partitions.ensure(rows);
    await insertProjection(
      this.database,
      rows.map((row) => ({ row, version: 1, order: null })),
    );
  }

  /** There are no deliveries any more: no day has any. The partitions stay. */
  async forgetDays(): Promise<void> {
    const { rows } = await sql<{ day: string }>`delete from delivery_days returning day::text as day`.execute(
      this.database.query,
    );
    this.partitions.forget(rows.map(({ day }) => day));
  }
}

/** A delivery that succeeded at once. */
export function deliveredRow(fields: Partial<DeliveryRow> & Pick<DeliveryRow, 'createdAt'>): DeliveryRow {
  const { createdAt } = fields;
  return {
    id: newId(),
    day: createdAt.slice(0, 10),
    tenantId: 'tenant-1',
    webhookId: newId(),
    partition: 0,
    eventType: 'sale.created',
    eventId: newId(),
    messageId: newId(),
    source: '/pos/1',
    subject: null,
    kind: 'message',
    repeats: null,
    status: 'SUCCESS',
    attemptCount: 1,
    unspentAttempts: 0,
    maxAttempts: 5,
    isRetryAsked: false,
    nextRetryAt: null,
    responseStatusCode: 200,
    errorClass: null,
    errorMessage: null,
    endReason: null,
    lastAttempt: 'counted',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    sentAt: createdAt,
    completedAt: createdAt,
    durationMs: 12,
    updatedAt: createdAt,
    ...fields,
  };
}
