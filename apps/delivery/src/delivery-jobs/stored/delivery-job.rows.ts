import type { DeliveryStatus, ErrorClass } from '@signet/contracts';
import type { JobPlace } from '../../jobs/job-place.ts';
import type { DeliveryJob, JobAction, JobState } from '../delivery-job.ts';

type Timestamp = string | Date;

/** A row as the driver gives it: timestamps may be text or dates. */
export interface RawDeliveryJobRow {
  id: string;
  tenant_id: string | null;
  action: JobAction;
  webhook_id: string | null;
  status: DeliveryStatus;
  error_class: ErrorClass | null;
  event_type: string | null;
  since: Timestamp;
  until: Timestamp;
  state: JobState;
  total: number | null;
  done: number;
  refused: number;
  cursor: JobPlace | string | null;
  created_by: string;
  created_at: Timestamp;
  updated_at: Timestamp;
  completed_at: Timestamp | null;
}

export const toDeliveryJob = (row: RawDeliveryJobRow): DeliveryJob => ({
  id: row.id,
  tenantId: row.tenant_id,
  action: row.action,
  webhookId: row.webhook_id,
  status: row.status,
  errorClass: row.error_class,
  eventType: row.event_type,
  since: new Date(row.since),
  until: new Date(row.until),
  state: row.state,
  total: row.total,
  done: row.done,
  refused: row.refused,
  cursor: typeof row.cursor === 'string' ? (JSON.parse(row.cursor) as JobPlace) : row.cursor,
  createdBy: row.created_by,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
  completedAt: row.completed_at === null ? null : new Date(row.completed_at),
});
