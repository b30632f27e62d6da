import type { DisabledReason } from '../webhook/domain/webhook.events.ts';

export const AUTOMATIC_REASONS = ['failing', 'gone'] as const satisfies readonly DisabledReason[];
export type AutomaticReason = (typeof AUTOMATIC_REASONS)[number];

export const ENABLING_STATES = ['running', 'completed', 'cancelled'] as const;

/** Which webhooks are meant: those that were disabled automatically within a time and are still. */
export interface EnablingRange {
  readonly disabledAfter: Date;
  /** Not itself. Never in the future, so that a webhook that is disabled again is not enabled again. */
  readonly disabledBefore: Date;
  /** null: any automatic reason. */
  readonly disabledReason: AutomaticReason | null;
  /** null: those of every tenant. */
  readonly tenantId: string | null;
}

/** What is to be done with them. */
export interface EnablingOrder extends EnablingRange {
  /** For people, in the history of each webhook. */
  readonly reason: string | null;
  readonly replay: 'missed' | null;
}

/** A webhook that could not be enabled, and why. */
export interface EnablingFailure {
  readonly webhookId: string;
  readonly code: string;
  readonly detail: string;
}

/** So many of the webhooks that could not be enabled are named; all are counted. */
export const MAX_FAILURES_NAMED = 100;

/** Many webhooks that are enabled together: a job that survives restarts. */
export interface Enabling extends EnablingOrder {
  readonly id: string;
  readonly state: (typeof ENABLING_STATES)[number];
  /** Webhooks that were meant when it was asked for. */
  readonly total: number;
  readonly enabled: number;
  readonly failed: number;
  readonly failures: readonly EnablingFailure[];
  /** Up to where it has come, in the order of the times at which the webhooks were disabled. */
  readonly place: EnablingPlace | null;
  /** The actor in the history. */
  readonly createdBy: string;
  /** Id of the key that asked: replays are made in its name. */
  readonly keyId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
}

export interface EnablingPlace {
  readonly disabledAt: Date;
  readonly id: string;
}

/** A webhook that is meant. */
export interface Candidate extends EnablingPlace {
  readonly tenantId: string;
  readonly isTenantSuspended: boolean;
  readonly name: string;
  readonly url: string;
  readonly disabledReason: AutomaticReason;
  readonly disabledDetail: string | null;
}
