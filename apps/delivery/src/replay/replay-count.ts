import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { MissedMessages } from './missed-messages.ts';
import { readSpanOf } from './read-span.policy.ts';
import type { ReplayRange } from './replay.ts';
import type { StoredMessages } from './stored-messages.ts';

export interface MessageSources {
  readonly stored: StoredMessages;
  readonly missed: MissedMessages;
}

/**
 * Counts the messages of a replay.
 *
 * @param onCounted called now and then with the count so far
 * @throws the signal's reason when it is aborted
 */
export async function countReplay(
  { stored, missed }: MessageSources,
  range: ReplayRange,
  webhook: RoutedWebhook,
  signal: AbortSignal,
  onCounted: (soFar: number) => void | Promise<void> = () => undefined,
): Promise<number> {
  let count = await stored.count(range);
  await onCounted(count);
  if (range.status !== 'missed') return count;
  const ranges = await missed.ranges(webhook, range);
  const onBatch = async (messages: readonly unknown[]): Promise<void> => {
    count += messages.length;
    await onCounted(count);
  };
  const span = readSpanOf(webhook, range);
  await missed.read([{ webhook, span, ranges, onBatch }], signal, async (_, error) => {
    if (error !== undefined) throw error;
  });
  return count;
}
