import { eventIdOf } from '@signet/contracts';
import { Api } from './api.ts';
import { firstDelivery } from './demo.policy.ts';
import type { DemoWebhook } from './demo-webhook.ts';
import type { Demo } from './demo.ts';
import { exampleEvent, EXAMPLE_TYPE, postEvent } from './first-event.ts';
import { elapsedSeconds, say } from '../progress.ts';
import type { ReceiverProcess } from '../receiver/receiver-process.ts';

/** Delivery learns of a new webhook over Kafka. An event that is faster does not reach the webhook, so another one is posted after this time. */
const NEXT_EVENT_MS = 3_000;
const GIVE_UP_MS = 45_000;
const POLL_MS = 20;
/** Webhooks to ask for: enough to see whether the demo tenant has a second one. */
const ENOUGH = 2;

export interface FirstDeliveryOptions {
  readonly url: string;
  readonly demo: Demo;
  readonly webhook: DemoWebhook;
  readonly receiver: ReceiverProcess;
  readonly stopping: AbortSignal;
}

/**
 * Sends one `sale.created` and waits until the bundled receiver has it and finds its signature right; sends another one now and
 * then while none arrives. It is an event as a producer posts it, or a test delivery where an event would go to others as well.
 */
export async function showFirstDelivery(options: FirstDeliveryOptions): Promise<void> {
  const { receiver, stopping } = options;
  const send = await wayOf(options);
  const giveUpAt = performance.now() + GIVE_UP_MS;
  while (!receiver.hasArrived) {
    if (performance.now() > giveUpAt) {
      throw new Error(
        `No delivery reached the bundled receiver within ${GIVE_UP_MS / 1_000} s: see the logs of the services.`,
      );
    }
    const sentAt = elapsedSeconds();
    await send();
    const nextAt = performance.now() + NEXT_EVENT_MS;
    while (!receiver.hasArrived && performance.now() < nextAt) {
      stopping.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (receiver.hasArrived)
      say(`Delivered, signed and verified ${Math.round((elapsedSeconds() - sentAt) * 1_000)} ms after it was posted`);
  }
}

async function wayOf({ url, demo, webhook, receiver }: FirstDeliveryOptions): Promise<() => Promise<void>> {
  const tenant = new Api(url, demo.tenantKey);
  const { body } = await tenant.get<{ data: { id: string }[] }>(`/v1/webhooks?limit=${ENOUGH}`);
  const ids = body.data.map(({ id }) => id);
  if (firstDelivery(webhook.id, ids) === 'test delivery') {
    return async () => {
      say(
        `Sending a test delivery of ${EXAMPLE_TYPE} to the bundled receiver alone: the demo tenant has other webhooks`,
      );
      const test = await tenant.post<{ eventId: string }>(`/v1/webhooks/${webhook.id}/test`, {
        eventType: EXAMPLE_TYPE,
      });
      receiver.awaitEvent(test.body.eventId);
    };
  }
  return async () => {
    const event = await exampleEvent(url, demo);
    receiver.awaitEvent(eventIdOf(event));
    say(`Posting ${event.type} ${event.id} to ${url}/v1/events`);
    await postEvent(url, demo, event);
  };
}
