import { setTimeout as wait } from 'node:timers/promises';
import { webhookVersionOf } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';

/** The directory is usually milliseconds behind; it is looked at again after this long, milliseconds. */
const LOOK_MS = 20;
/** At most this many times, five seconds in all: the partition waits meanwhile. */
const MAX_LOOKS = 250;

/**
 * Waits until this replica has read of each webhook in the batch what the sender of its requests had read. Judged are only
 * webhooks that take no deliveries by what was read here: the sender may know that one was enabled meanwhile. Without
 * the wait, its first deliveries, a test, or a replay of what it missed would end unsent as `disabled`. If the snapshot
 * does not come in time, for instance because it cannot be read, they end so.
 */
export async function untilWebhooksAreRead(
  records: readonly Pick<KafkaRecord, 'key' | 'headers'>[],
  directory: WebhookDirectory,
  signal: AbortSignal,
): Promise<void> {
  const unread = (): boolean =>
    records.some(({ key, headers }) => {
      const webhookId = String(key);
      if (directory.get(webhookId)?.isActive) return false;
      const version = webhookVersionOf(headers);
      return version !== undefined && directory.mayHaveBegun(webhookId, version);
    });
  for (let looks = 0; looks < MAX_LOOKS && !signal.aborted && unread(); looks += 1)
    await wait(LOOK_MS, undefined, { signal }).catch(() => undefined);
}
