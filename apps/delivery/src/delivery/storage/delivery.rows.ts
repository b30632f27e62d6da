import { isoTime } from '@signet/contracts';
import type { AbandonReason, DeliveryStatus, ErrorClass } from '@signet/contracts';
import type { DeliveryRow } from './delivery.projection.ts';
import type { LastAttempt } from '../last-attempt.policy.ts';

/** Columns of `deliveries d` under the names that `toDeliveryRow` reads. */
export const ROW_COLUMNS = `
  d.id, d.day::text as day, d.tenant_id, d.webhook_id, d.partition, d.event_type, d.event_id, d.message_id, d.source,
  d.subject, d.kind, d.repeats, d.status, d.attempt_count, d.unspent_attempts, d.max_attempts, d.is_retry_asked,
  d.next_retry_at, d.response_status_code, d.error_class, d.error_message, d.end_reason, d.last_attempt,
  d.signature, d.sent_at, d.completed_at, d.duration_ms, d.created_at, d.updated_at, d.version`;

type Timestamp = string | Date;

/** A row as the driver gives it: timestamps may be text or dates. */
export interface RawDeliveryRow {
  id: string;
  day: string;
  tenant_id: string;
  webhook_id: string;
  partition: number;
  event_type: string;
  event_id: string;
  message_id: string | null;
  source: string | null;
  subject: string | null;
  kind: DeliveryRow['kind'];
  repeats: string | null;
  status: DeliveryStatus;
  attempt_count: number;
  unspent_attempts: number;
  max_attempts: number;
  is_retry_asked: boolean;
  next_retry_at: Timestamp | null;
  response_status_code: number | null;
  error_class: ErrorClass | null;
  error_message: string | null;
  end_reason: AbandonReason | null;
  last_attempt: LastAttempt | null;
  signature: string | null;
  sent_at: Timestamp | null;
  completed_at: Timestamp | null;
  duration_ms: number | null;
  created_at: Timestamp;
  updated_at: Timestamp;
  version: number;
}

const isoOrNull = (time: Timestamp | null): string | null => (time === null ? null : isoTime(time));

export const toDeliveryRow = (raw: RawDeliveryRow): DeliveryRow => ({
  id: raw.id,
  day: raw.day,
  tenantId: raw.tenant_id,
  webhookId: raw.webhook_id,
  partition: raw.partition,
  eventType: raw.event_type,
  eventId: raw.event_id,
  messageId: raw.message_id,
  source: raw.source,
  subject: raw.subject,
  kind: raw.kind,
  repeats: raw.repeats,
  status: raw.status,
  attemptCount: raw.attempt_count,
  unspentAttempts: raw.unspent_attempts,
  maxAttempts: raw.max_attempts,
  isRetryAsked: raw.is_retry_asked,
  nextRetryAt: isoOrNull(raw.next_retry_at),
  responseStatusCode: raw.response_status_code,
  errorClass: raw.error_class,
  errorMessage: raw.error_message,
  endReason: raw.end_reason,
  lastAttempt: raw.last_attempt,
  signature: raw.signature,
  sentAt: isoOrNull(raw.sent_at),
  completedAt: isoOrNull(raw.completed_at),
  durationMs: raw.duration_ms,
  createdAt: isoTime(raw.created_at),
  updatedAt: isoTime(raw.updated_at),
});
