/** Which messages: those whose deliveries failed, all that were delivered or failed, or those that never became deliveries. */
export const REPLAY_STATUSES = ['failed', 'all', 'missed'] as const;
export const REPLAY_STATES = ['running', 'completed', 'cancelled', 'failed'] as const;
/** Why a replay has failed: its webhook takes no deliveries any more. */
export const REPLAY_FAILURES = ['webhook_deleted', 'webhook_disabled', 'tenant_suspended'] as const;

export type ReplayStatus = (typeof REPLAY_STATUSES)[number];
export type ReplayFailure = (typeof REPLAY_FAILURES)[number];

/** What is replayed: messages of one webhook from a time on, and before another. */
export interface ReplayRange {
  /** None yet, where it is only looked how much it would be. */
  readonly id?: string;
  readonly webhookId: string;
  readonly since: Date;
  readonly until: Date;
  readonly status: ReplayStatus;
  /** When it was asked for. An end that is no earlier is the present. */
  readonly createdAt: Date;
}

/** Where a replay goes on after a restart. Offsets are decimal, times RFC 3339. */
export type ReplayCursor =
  | { readonly phase: 'deliveries'; readonly after: Place | null }
  | { readonly phase: 'topics'; readonly ranges: readonly TopicRange[] };

/** Behind this row, in (createdAt, id). */
export interface Place {
  readonly createdAt: string;
  readonly id: string;
}

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
  /** Messages that it comprises; null until they have been counted: at the end where it runs together with others. */
  readonly total: number | null;
  /** Deliveries requested so far. */
  readonly requested: number;
  readonly cursor: ReplayCursor | null;
  /**
   * Version of the webhook when the replay was asked for; null in older rows. A replica that has read only an older one does
   * not know yet that the webhook was enabled, and must not end the replay for it.
   */
  readonly webhookVersion: number | null;
  readonly reason: ReplayFailure | null;
  readonly createdBy: string;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
}
