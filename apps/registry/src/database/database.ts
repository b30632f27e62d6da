import { EventStoreMigration, StreamSnapshotsMigration } from '@signet/event-store';
import type { AnyFold, Projection } from '@signet/event-store';
import type { DatabaseOptions } from '@signet/service-kit';
import {
  databaseAddress,
  IdempotencyKeysMigration,
  InstallationMigration,
  InstallationPrefixMigration,
  migrationSettings,
} from '@signet/service-kit';
import { AlertMailsMigration } from '../alerts/alert-mails.migration.ts';
import { WebhookAlertsMigration } from '../alerts/alerts.migration.ts';
import { ApiKeyEntity } from '../api-key/api-key.entity.ts';
import { ApiKeyLimitsMigration } from '../api-key/api-key.limits.migration.ts';
import { apiKeyProjection } from '../api-key/api-key.projection.ts';
import type { RegistrySettings } from '../config.ts';
import { EnablingEntity } from '../enabling/enabling.entity.ts';
import { EnablingsMigration } from '../enabling/enabling.migration.ts';
import { SessionEntity } from '../session/session.entity.ts';
import { SessionsMigration } from '../session/session.migration.ts';
import { TablesMigration } from '../tables/tables.migration.ts';
import { TenantEntity } from '../tenant/tenant.entity.ts';
import { TenantListsMigration } from '../tenant/tenant.lists.migration.ts';
import { tenantProjection } from '../tenant/tenant.projection.ts';
import { webhookPast } from '../webhook/domain/past/past/webhook-past.fold.ts';
import { ActiveSinceMigration } from '../webhook/migrations/webhook.active-since.migration.ts';
import { WebhookCertificateMigration } from '../webhook/migrations/webhook.certificate.migration.ts';
import { webhookDecider } from '../webhook/domain/webhook.decider.ts';
import { WebhookActivityEntity, WebhookEntity } from '../webhook/read-model/webhook.entity.ts';
import { WebhookListsMigration } from '../webhook/migrations/webhook.lists.migration.ts';
import { LegacySignatureMigration } from '../webhook/migrations/webhook.legacy-signature.migration.ts';
import { webhookProjection } from '../webhook/read-model/webhook.projection.ts';
import { ReplayMissedMigration } from '../webhook/migrations/webhook.replay-missed.migration.ts';
import { SealedHeadersMigration } from '../webhook/migrations/webhook.sealed-headers.migration.ts';
import { RegistryMigration1 } from './registry.migration.ts';

/** Written in the transaction that appends the events, and built again from them by `rebuild.ts`. */
export const PROJECTIONS: readonly Projection[] = [tenantProjection, apiKeyProjection, webhookProjection];

/** The folds whose snapshots are stored: the states that commands and the history compute from long streams. */
export const FOLDS: readonly AnyFold[] = [webhookDecider, webhookPast];

export const registryDatabase = (
  settings: Pick<RegistrySettings, 'SIGNET_DATABASE_URL' | 'SIGNET_DATABASE_POOL'> & Partial<RegistrySettings>,
): DatabaseOptions => ({
  ...databaseAddress(settings),
  schema: 'registry',
  entities: [TenantEntity, ApiKeyEntity, WebhookEntity, WebhookActivityEntity, EnablingEntity, SessionEntity],
  migrations: [
    EventStoreMigration,
    RegistryMigration1,
    IdempotencyKeysMigration,
    WebhookAlertsMigration,
    LegacySignatureMigration,
    WebhookListsMigration,
    AlertMailsMigration,
    ApiKeyLimitsMigration,
    SealedHeadersMigration,
    WebhookCertificateMigration,
    TenantListsMigration,
    InstallationMigration,
    ReplayMissedMigration,
    StreamSnapshotsMigration,
    ActiveSinceMigration,
    EnablingsMigration,
    TablesMigration,
    InstallationPrefixMigration,
    SessionsMigration,
  ],
  lastOf: { '0.2.0': 'TablesMigration' },
  ...migrationSettings(settings),
  installation: settings.SIGNET_INSTALLATION,
  prefix: settings.SIGNET_PREFIX,
  poolSize: settings.SIGNET_DATABASE_POOL,
});
