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
 * One message becomes one request for each webhook that is subscribed to it. What is said of it is made once; the payload
 * is never parsed, and the database never asked.
 *
 * @param spanOf the span of asking so many webhooks
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
  // Dispatch sets it aside. The value of a bundle stays JSON for every reader.
  const isSound = isUtf8(body);
  for (const webhook of webhooks) {
    // The order of a subject is that of the records' offsets.
    if (isSound && webhook.ordering !== 'subject') bundles.add(webhook, { json, body });
    else bundles.addAlone(requestRecord({ request: requestFor(webhook.id, message, said), body }, webhook.version));
  }
}

/** What is asked for when a message goes to a webhook for the first time. */
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

/** An alert never goes to the webhook that it is about: that one is failing, and would answer its alert with the next. */
function recipientsOf(message: CanonicalMessage, directory: WebhookDirectory): readonly RoutedWebhook[] {
  const subscribers = directory.subscribers(message.tenantId, message.type);
  if (subscribers.length === 0 || !isOwnDomain(domainOf(message.type))) return subscribers;
  return subscribers.filter((webhook) => !isAboutWebhook(message, webhook));
}

/** Whether the message is an alert about this very webhook. */
export const isAboutWebhook = (message: CanonicalMessage, webhook: Pick<RoutedWebhook, 'id'>): boolean =>
  isOwnDomain(domainOf(message.type)) && message.subject === webhook.id;

/** A large message for many webhooks is in memory once for each: no more than this of a batch at once. */
const STEP_BYTES = 4_194_304;

/**
 * Routes a batch of a canonical topic and answers when Kafka has every request. A record that is no message, or whose time
 * cannot be stored, is set aside alone, before it is in a bundle with others.
 *
 * @param limits of the messages' times
 * @param format of WIRE_FORMATS['request-bundles']
 */
export async function fanOut(
  batch: RecordBatch,
  directory: WebhookDirectory,
  producer: Pick<RecordProducer, 'publishAll'>,
  limits: TimeLimits,
  tracing: Tracing = NO_TRACING,
  format?: number,
): Promise<number> {
  const spans = new FanOutSpans(tracing, batch);
  return spans.during(async () => {
    const bundles = new RequestBundles(format);
    const send = () => spans.sending(() => producer.publishAll(DELIVERY_REQUESTS, bundles.take()));
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
      if (bundles.bytes >= STEP_BYTES) await send();
    }
    await send();
    return bundles.count;
  });
}
