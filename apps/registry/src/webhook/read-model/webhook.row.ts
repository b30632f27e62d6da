import type { Instant } from '../../http/instant.ts';
import type {
  ClientCertificate,
  DisabledReason,
  SealedSecret,
  WebhookEnabled,
  WebhookEvent,
  WebhookSettings,
} from '../domain/webhook.events.ts';
import { changedSettings } from '../domain/webhook.credentials.ts';
import { certificateIn, settingsIn } from '../domain/webhook.events.ts';
import { raisesAlert, rotatedSecrets } from '../domain/webhook.state.ts';

/** A row of `webhooks`, as `WebhookEntity` maps it. */
export interface WebhookRow extends WebhookSettings {
  readonly id: string;
  readonly tenantId: string;
  /** Sealed, newest first. */
  readonly secrets: readonly SealedSecret[];
  readonly clientCertificate: ClientCertificate | null;
  readonly isActive: boolean;
  readonly disabledReason: DisabledReason | null;
  readonly disabledDetail: string | null;
  readonly disabledAt: Date | null;
  /** When it was last registered or enabled. null: not since the column was added. */
  readonly activeSince: Date | null;
  /** The replay that was asked for when the webhook was last enabled. It stays when the webhook is disabled again. */
  readonly replayMissed: ReplayMissed | null;
  readonly consecutiveFailures: number;
  /** When the present alert was raised; null if none was, or a success has ended it. */
  readonly alertedAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Version of the stream that this row shows; the ETag. */
  readonly version: number;
}

/** A replay of the messages from `since` (inclusive) to `until` (exclusive), as the snapshot passes it to delivery. */
export interface ReplayMissed {
  readonly since: Instant;
  readonly until: Instant;
  readonly requestedBy: string;
}

/** An event with its place in its stream. */
export type Placed = WebhookEvent & { readonly version: number };

/**
 * The row after one more event: pure, so that the projection, its rebuild and the state at a time use the same code.
 * null: the webhook does not exist.
 */
export function applyToRow(id: string, row: WebhookRow | null, event: Placed): WebhookRow | null {
  if (event.type === 'WebhookRegistered') return registeredRow(id, event);
  if (row === null || event.type === 'WebhookDeleted') return null;
  return { ...row, ...changesOf(row, event), updatedAt: new Date(event.data.at), version: event.version };
}

function registeredRow(id: string, event: Extract<Placed, { type: 'WebhookRegistered' }>): WebhookRow {
  const { tenantId, settings, sealedSecret, createdBy, at } = event.data;
  return {
    id,
    tenantId,
    ...settingsIn(settings),
    secrets: [{ sealed: sealedSecret, expiresAt: null }],
    clientCertificate: null,
    isActive: true,
    disabledReason: null,
    disabledDetail: null,
    disabledAt: null,
    activeSince: new Date(at),
    replayMissed: null,
    consecutiveFailures: 0,
    alertedAt: null,
    createdBy,
    createdAt: new Date(at),
    updatedAt: new Date(at),
    version: event.version,
  };
}

const replayMissedIn = ({ at, replayMissed }: WebhookEnabled['data']): ReplayMissed | null =>
  replayMissed ? { ...replayMissed, until: at } : null;

type Later = Exclude<Placed, { type: 'WebhookRegistered' | 'WebhookDeleted' }>;

function changesOf(row: WebhookRow, event: Later): Partial<WebhookRow> {
  switch (event.type) {
    case 'WebhookUpdated':
      return changedSettings(row, event.data.changes);
    case 'WebhookEnabled':
      return {
        isActive: true,
        disabledReason: null,
        disabledDetail: null,
        disabledAt: null,
        activeSince: new Date(event.data.at),
        replayMissed: replayMissedIn(event.data),
        consecutiveFailures: 0,
      };
    case 'WebhookDisabled': {
      const { reason, detail, at } = event.data;
      const disabledAt = new Date(at);
      const alertedAt = row.alertedAt ?? (raisesAlert(event) ? disabledAt : null);
      return { isActive: false, disabledReason: reason, disabledDetail: detail, disabledAt, alertedAt };
    }
    case 'WebhookSecretRotated':
      return { secrets: rotatedSecrets(row.secrets, event.data) };
    case 'WebhookCertificateSet':
      return { clientCertificate: certificateIn(event) };
    case 'WebhookCertificateRemoved':
      return { clientCertificate: null };
    case 'WebhookAttemptFailed':
      return { consecutiveFailures: row.consecutiveFailures + 1 };
    case 'WebhookRecovered':
      return { consecutiveFailures: 0, alertedAt: null };
    case 'WebhookFailureAlertRaised':
      return { alertedAt: row.alertedAt ?? new Date(event.data.at) };
    case 'WebhookTestRequested':
      return {};
  }
}
