import type { Demo } from './demo.ts';
import { exampleEvent, postEvent } from './first-event.ts';
import { elapsedSeconds, say } from './progress.ts';
import type { ReceiverProcess } from './receiver-process.ts';

/** A new webhook reaches delivery over Kafka; an event that is faster than it finds nobody subscribed. */
const NEXT_EVENT_MS = 3_000;
const GIVE_UP_MS = 45_000;
const POLL_MS = 20;

/**
 * Posts `sale.created` as a producer does and waits until the bundled receiver has it and finds its signature right.
 * Posts another one now and then while none arrives.
 */
export async function showFirstDelivery(
  url: string,
  demo: Demo,
  receiver: ReceiverProcess,
  stopping: AbortSignal,
): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  while (!receiver.hasArrived) {
    if (performance.now() > giveUpAt) {
      throw new Error(
        `No delivery reached the bundled receiver within ${GIVE_UP_MS / 1_000} s: see the logs of the services.`,
      );
    }
    const event = await exampleEvent(url, demo);
    receiver.awaitEvent(String(event['id']));
    say(`Posting ${String(event['type'])} ${String(event['id'])} to ${url}/v1/events`);
    const postedAt = elapsedSeconds();
    await postEvent(url, demo, event);
    const nextAt = performance.now() + NEXT_EVENT_MS;
    while (!receiver.hasArrived && performance.now() < nextAt) {
      stopping.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (receiver.hasArrived)
      say(`Delivered, signed and verified ${Math.round((elapsedSeconds() - postedAt) * 1_000)} ms after it was posted`);
  }
}
