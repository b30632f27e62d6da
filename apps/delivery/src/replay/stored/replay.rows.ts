import type { Replay, ReplayCursor, ReplayFailure } from '../replay.ts';

type Timestamp = string | Date;

/** A row as the driver gives it: timestamps may be text or dates. */
export interface RawReplayRow {
  id: string;
  tenant_id: string;
  webhook_id: string;
  since: Timestamp;
  until: Timestamp;
  status: Replay['status'];
  state: Replay['state'];
  total: number | null;
  requested: number;
  cursor: ReplayCursor | string | null;
  webhook_version: number | null;
  reason: ReplayFailure | null;
  created_by: string;
  created_at: Timestamp;
  updated_at: Timestamp;
  completed_at: Timestamp | null;
}

export const toReplay = (row: RawReplayRow): Replay => ({
  id: row.id,
  tenantId: row.tenant_id,
  webhookId: row.webhook_id,
  since: new Date(row.since),
  until: new Date(row.until),
  status: row.status,
  state: row.state,
  total: row.total,
  requested: row.requested,
  cursor: typeof row.cursor === 'string' ? (JSON.parse(row.cursor) as ReplayCursor) : row.cursor,
  webhookVersion: row.webhook_version,
  reason: row.reason,
  createdBy: row.created_by,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
  completedAt: row.completed_at === null ? null : new Date(row.completed_at),
});
