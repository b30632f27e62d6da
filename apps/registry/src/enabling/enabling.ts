import type { DisabledReason } from '../webhook/domain/webhook.events.ts';

export const AUTOMATIC_REASONS = ['failing', 'gone'] as const satisfies readonly DisabledReason[];
export type AutomaticReason = (typeof AUTOMATIC_REASONS)[number];

export const ENABLING_STATES = ['running', 'completed', 'cancelled'] as const;

/** The webhooks to enable: the ones that were disabled automatically within a time range and still are. */
export interface EnablingRange {
  readonly disabledAfter: Date;
  /** Exclusive. Never in the future, so that a webhook that is disabled again later is not enabled again. */
  readonly disabledBefore: Date;
  /** null: any automatic reason. */
  readonly disabledReason: AutomaticReason | null;
  /** null: those of every tenant. */
  readonly tenantId: string | null;
}

/** The webhooks of the range, and what to do with them. */
export interface EnablingOrder extends EnablingRange {
  /** The reason that people see in the history of each webhook. */
  readonly reason: string | null;
  readonly replay: 'missed' | null;
}

/** A webhook that could not be enabled, and why. */
export interface EnablingFailure {
  readonly webhookId: string;
  readonly code: string;
  readonly detail: string;
}

/** At most this many of the webhooks that could not be enabled are named; all of them are counted. */
export const MAX_FAILURES_NAMED = 100;

/** A job that enables many webhooks together and survives restarts. */
export interface Enabling extends EnablingOrder {
  readonly id: string;
  readonly state: (typeof ENABLING_STATES)[number];
  /** Number of webhooks in the range when the job was created. */
  readonly total: number;
  readonly enabled: number;
  readonly failed: number;
  readonly failures: readonly EnablingFailure[];
  /** The last webhook that this job, which enables webhooks again, has handled, in the order in which they were disabled; null: none yet. */
  readonly place: EnablingPlace | null;
  /** Actor in the history. */
  readonly createdBy: string;
  /** Id of the key that created the job: the replays are made in its name. */
  readonly keyId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
}

export interface EnablingPlace {
  readonly disabledAt: Date;
  readonly id: string;
}

/** A webhook that the job would enable. */
export interface Candidate extends EnablingPlace {
  readonly tenantId: string;
  readonly isTenantSuspended: boolean;
  readonly name: string;
  readonly url: string;
  readonly disabledReason: AutomaticReason;
  readonly disabledDetail: string | null;
}
