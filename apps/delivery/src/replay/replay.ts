import type { JobPlace } from '../jobs/job-place.ts';

/**
 * Which messages a replay sends: `failed`, those whose deliveries failed; `all`, those that were delivered or failed;
 * `missed`, those that never became deliveries.
 */
export const REPLAY_STATUSES = ['failed', 'all', 'missed'] as const;
export const REPLAY_STATES = ['running', 'completed', 'cancelled', 'failed'] as const;
/** Why a replay has failed: its webhook takes no deliveries any more. */
export const REPLAY_FAILURES = ['webhook_deleted', 'webhook_disabled', 'tenant_suspended'] as const;

export type ReplayStatus = (typeof REPLAY_STATUSES)[number];
export type ReplayFailure = (typeof REPLAY_FAILURES)[number];

/** The range of a replay: messages of one webhook, from one time on and before another. */
export interface ReplayRange {
  /** Missing in a preview, which only counts. */
  readonly id?: string;
  readonly webhookId: string;
  readonly since: Date;
  readonly until: Date;
  readonly status: ReplayStatus;
  /** When the replay was requested. An end that is not earlier than this means the present. */
  readonly createdAt: Date;
}

/** The place at which a replay goes on after a restart. Offsets are decimal, times RFC 3339. */
export type ReplayCursor =
  | { readonly phase: 'deliveries'; readonly after: Place | null }
  | { readonly phase: 'topics'; readonly ranges: readonly TopicRange[] };

/** The last row that was read, in the order (createdAt, id). */
export type Place = JobPlace;

export interface TopicRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: string;
  readonly to: string;
}

export interface Replay extends ReplayRange {
  readonly id: string;
  readonly tenantId: string;
  readonly state: (typeof REPLAY_STATES)[number];
  /** Number of its messages; null until they are counted. A replay that runs together with others is counted at its end. */
  readonly total: number | null;
  /** Number of deliveries requested so far. */
  readonly requested: number;
  readonly cursor: ReplayCursor | null;
  /**
   * Version of the webhook when the replay was requested; null in older rows. A replica that has read only an older one does
   * not know yet that the webhook was enabled, and must not end the replay for it.
   */
  readonly webhookVersion: number | null;
  readonly reason: ReplayFailure | null;
  readonly createdBy: string;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
}
