import type { Instant } from '../../http/instant.ts';
import type { DisabledReason, WebhookEvent } from './webhook.events.ts';
import type { LiveWebhook } from './webhook.state.ts';

/** Enables a webhook that an operator means together with many others. */
export interface EnableIfDisabledAutomatically {
  readonly type: 'EnableIfDisabledAutomatically';
  readonly disabledAfter: Instant;
  /** Not itself. */
  readonly disabledBefore: Instant;
  /** null: any automatic reason. */
  readonly disabledReason: DisabledReason | null;
  /** The job, and its reason for people. */
  readonly together: { readonly enablingId: string; readonly reason: string | null };
  /** Id of the key that wants what was missed to be replayed; null: nothing is replayed. */
  readonly replayMissedFor: string | null;
  readonly at: Instant;
}

/**
 * A webhook is meant only as long as it still is disabled, automatically, since a time within the range. It may have been
 * enabled, or disabled by a person, since the read model was asked: then nothing happens.
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
