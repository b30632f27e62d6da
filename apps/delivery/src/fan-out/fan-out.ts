import { isUtf8 } from 'node:buffer';
import {
  DELIVERY_REQUESTS,
  deliveryIdOf,
  domainOf,
  eventIdOf,
  isOwnDomain,
  readCanonical,
  recordTime,
  requestRecord,
  webhookBody,
} from '@signet/contracts';
import type { BundledMessage, CanonicalMessage, DeliveryRequest, TimeLimits } from '@signet/contracts';
import type { RecordBatch, RecordProducer } from '@signet/kafka';
import { NO_SPAN, NO_TRACING } from '@signet/service-kit';
import type { Span, Tracing } from '@signet/service-kit';
import { FanOutSpans } from '../tracing/fan-out-spans.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { RequestBundles } from './request-bundles.ts';

/**
 * Makes one request for each webhook that is subscribed to the message. The part that all requests share is made once; the
 * payload is never parsed, and no database is queried.
 *
 * @param spanOf makes the span, given the number of webhooks
 */
export function route(
  message: CanonicalMessage,
  acceptedAt: number,
  directory: WebhookDirectory,
  bundles: RequestBundles,
  spanOf: (webhooks: number) => Span = () => NO_SPAN,
): void {
  const webhooks = recipientsOf(message, directory);
  if (webhooks.length === 0) return;
  const body = webhookBody(message);
  const said = bundledMessageOf(message, acceptedAt, spanOf(webhooks.length));
  const json = JSON.stringify(said);
  // A body that is not UTF-8 goes alone, and dispatch sets it aside: the value of a bundle stays JSON.
  const isSound = isUtf8(body);
  for (const webhook of webhooks) {
    // The order of a subject is that of the records' offsets, so each such message has its own record.
    if (isSound && webhook.ordering !== 'subject') bundles.add(webhook, { json, body });
    else bundles.addAlone(requestRecord({ request: requestFor(webhook.id, message, said), body }, webhook.version));
  }
}

/** The request for a message's first delivery to a webhook. */
export const requestOf = (message: CanonicalMessage, webhookId: string, acceptedAt: number): DeliveryRequest =>
  requestFor(webhookId, message, bundledMessageOf(message, acceptedAt, NO_SPAN));

const requestFor = (webhookId: string, message: CanonicalMessage, said: BundledMessage): DeliveryRequest => ({
  ...said,
  deliveryId: deliveryIdOf(webhookId, message),
  webhookId,
  tenantId: message.tenantId,
  kind: 'message',
});

const bundledMessageOf = (
  message: CanonicalMessage,
  acceptedAt: number,
  { traceparent: spanContext }: Span,
): BundledMessage => ({
  eventId: eventIdOf(message),
  eventType: message.type,
  source: message.source,
  messageId: message.id,
  ...(message.subject !== undefined && { subject: message.subject }),
  messageTime: message.time,
  acceptedAt,
  ...(message.traceparent !== undefined && { traceparent: message.traceparent }),
  ...(spanContext !== undefined && { spanContext }),
});

/**
 * An alert never goes to the webhook that it is about: that webhook is failing, and the failed alert would cause the next
 * alert.
 */
function recipientsOf(message: CanonicalMessage, directory: WebhookDirectory): readonly RoutedWebhook[] {
  const subscribers = directory.subscribers(message.tenantId, message.type);
  if (subscribers.length === 0 || !isOwnDomain(domainOf(message.type))) return subscribers;
  return subscribers.filter((webhook) => !isAboutWebhook(message, webhook));
}

/** Whether the message is an alert about this very webhook. */
export const isAboutWebhook = (message: CanonicalMessage, webhook: Pick<RoutedWebhook, 'id'>): boolean =>
  isOwnDomain(domainOf(message.type)) && message.subject === webhook.id;

/**
 * A large message for many webhooks is in memory once for each webhook. Requests are sent whenever a batch has more bytes
 * than this.
 */
const STEP_BYTES = 4_194_304;
/**
 * Requests are sent also whenever a batch has made more than this many: to make them takes some milliseconds, and then others have
 * their turn.
 */
const STEP_REQUESTS = 256;

/**
 * Routes a batch of a canonical topic, and resolves when Kafka has every request. A record that is no message, or whose time
 * cannot be stored, is set aside alone, before it gets into a bundle with others.
 *
 * @param limits of the messages' times
 * @param format of WIRE_FORMATS['request-bundles']
 * @param rest awaited between two steps of a batch
 */
export async function fanOut(
  batch: RecordBatch,
  directory: WebhookDirectory,
  producer: Pick<RecordProducer, 'publishAll'>,
  limits: TimeLimits,
  tracing: Tracing = NO_TRACING,
  format?: number,
  rest: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  const spans = new FanOutSpans(tracing, batch);
  return spans.during(async () => {
    const bundles = new RequestBundles(format);
    const send = () => spans.sending(() => producer.publishAll(DELIVERY_REQUESTS, bundles.take(), batch.lane));
    for (const record of batch.records) {
      const read = readCanonical(record.headers, record.value, limits);
      if ('reason' in read) {
        batch.setAside(record, read);
        continue;
      }
      const { message } = read;
      route(message, recordTime(record.timestamp, limits), directory, bundles, (count) =>
        spans.routedTo(count, message, record),
      );
      if (bundles.bytes < STEP_BYTES && bundles.waiting < STEP_REQUESTS) continue;
      await send();
      await rest();
    }
    await send();
    return bundles.count;
  });
}
