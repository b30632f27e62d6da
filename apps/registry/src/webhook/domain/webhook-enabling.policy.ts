import type { Instant } from '../../http/instant.ts';
import type { DisabledReason, WebhookEvent } from './webhook.events.ts';
import type { LiveWebhook } from './webhook.state.ts';

/** Enables one of many webhooks that an operator enables together. */
export interface EnableIfDisabledAutomatically {
  readonly type: 'EnableIfDisabledAutomatically';
  readonly disabledAfter: Instant;
  /** Exclusive. */
  readonly disabledBefore: Instant;
  /** null: any automatic reason. */
  readonly disabledReason: DisabledReason | null;
  /** The job's id, and its reason for people. */
  readonly together: { readonly enablingId: string; readonly reason: string | null };
  /** Id of the key that wants the missed messages to be replayed; null: nothing is replayed. */
  readonly replayMissedFor: string | null;
  readonly at: Instant;
}

/**
 * Enables the webhook only if it still is disabled automatically, since a time within the range. Since the read model
 * was read, it may have been enabled, or disabled by a person: then nothing happens.
 */
export function decideEnableIfDisabledAutomatically(
  command: EnableIfDisabledAutomatically,
  { disabledAt, disabledReason }: LiveWebhook,
): WebhookEvent[] {
  if (disabledAt === null || disabledReason === 'manual') return [];
  if (disabledAt < command.disabledAfter || disabledAt >= command.disabledBefore) return [];
  if (command.disabledReason !== null && disabledReason !== command.disabledReason) return [];
  const { at, together, replayMissedFor } = command;
  const replay = replayMissedFor === null ? {} : { replayMissed: { since: disabledAt, requestedBy: replayMissedFor } };
  return [{ type: 'WebhookEnabled', data: { at, ...replay, together } }];
}
