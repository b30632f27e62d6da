import { RelayPositionsMigration } from '@signet/event-store';
import type { DatabaseOptions } from '@signet/service-kit';
import {
  databaseAddress,
  IdempotencyKeysMigration,
  InstallationMigration,
  InstallationPrefixMigration,
  migrationSettings,
} from '@signet/service-kit';
import type { DeliverySettings } from '../config.ts';
import { CircuitEnablingMigration } from '../circuit/circuit-enabling.migration.ts';
import { CircuitMemoryMigration } from '../circuit/circuit-memory.migration.ts';
import { CircuitsByTenantMigration } from '../circuit/http/circuits-by-tenant.migration.ts';
import { CircuitsMigration } from '../circuit/circuits.migration.ts';
import { DayOfDeliveryMigration } from '../delivery/storage/migrations/day-of-delivery.migration.ts';
import { DeliveryListsMigration } from '../delivery/storage/migrations/delivery-lists.migration.ts';
import { DeliveryMigration1 } from '../delivery/storage/migrations/delivery.migration.ts';
import { HeldDeliveriesMigration } from '../delivery/storage/migrations/held-deliveries.migration.ts';
import { DueByWebhookMigration } from '../work-queue/due-by-webhook.migration.ts';
import { DueBySubjectMigration } from '../work-queue/due-by-subject.migration.ts';
import { MessageIdentityMigration } from '../delivery/storage/migrations/message-identity.migration.ts';
import { ShelvedRequestsMigration } from '../shelf/shelved-requests.migration.ts';
import { DeliveryJobsMigration } from '../delivery-jobs/stored/delivery-jobs.migration.ts';
import { FailureGroupsMigration } from '../failures/failure-groups.migration.ts';
import { LastAttemptMigration } from '../delivery/storage/migrations/last-attempt.migration.ts';
import { PlatformFaultsMigration } from '../platform-fault/storage/platform-faults.migration.ts';
import { ReplayWebhookVersionMigration } from '../replay/stored/replay-webhook-version.migration.ts';
import { ReplaysMigration } from '../replay/stored/replays.migration.ts';
import { RetryWebhookVersionMigration } from '../delivery/storage/migrations/retry-webhook-version.migration.ts';
import { StatisticsMigration } from '../statistics/statistics.migration.ts';
import { UnreadableShelvedRequestsMigration } from '../shelf/unreadable-shelved-requests.migration.ts';

export const deliveryDatabase = (
  settings: Pick<DeliverySettings, 'SIGNET_DATABASE_URL' | 'SIGNET_DATABASE_POOL'> & Partial<DeliverySettings>,
): DatabaseOptions => ({
  ...databaseAddress(settings),
  schema: 'delivery',
  entities: [],
  migrations: [
    { name: 'relay-positions', class: RelayPositionsMigration },
    { name: 'delivery-1', class: DeliveryMigration1 },
    { name: 'due-by-webhook', class: DueByWebhookMigration },
    { name: 'due-by-subject', class: DueBySubjectMigration },
    { name: 'replays', class: ReplaysMigration },
    { name: 'circuits', class: CircuitsMigration },
    { name: 'idempotency-keys', class: IdempotencyKeysMigration },
    { name: 'delivery-lists', class: DeliveryListsMigration },
    { name: 'held-deliveries', class: HeldDeliveriesMigration },
    { name: 'day-of-delivery', class: DayOfDeliveryMigration },
    { name: 'shelved-requests', class: ShelvedRequestsMigration },
    { name: 'installation', class: InstallationMigration },
    { name: 'replay-webhook-version', class: ReplayWebhookVersionMigration },
    { name: 'message-identity', class: MessageIdentityMigration },
    { name: 'circuit-memory', class: CircuitMemoryMigration },
    { name: 'unreadable-shelved-requests', class: UnreadableShelvedRequestsMigration },
    { name: 'retry-webhook-version', class: RetryWebhookVersionMigration },
    { name: 'circuit-enabling', class: CircuitEnablingMigration },
    { name: 'platform-faults', class: PlatformFaultsMigration },
    { name: 'last-attempt', class: LastAttemptMigration },
    { name: 'installation-prefix', class: InstallationPrefixMigration },
    { name: 'circuits-by-tenant', class: CircuitsByTenantMigration },
    { name: 'failure-groups', class: FailureGroupsMigration },
    { name: 'delivery-jobs', class: DeliveryJobsMigration },
    { name: 'statistics', class: StatisticsMigration },
  ],
  lastOf: { '0.2.0': 'platform-faults' },
  ...migrationSettings(settings),
  installation: settings.SIGNET_INSTALLATION,
  prefix: settings.SIGNET_PREFIX,
  poolSize: settings.SIGNET_DATABASE_POOL,
});
