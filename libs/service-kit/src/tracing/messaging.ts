import { ATTRIBUTE } from './attributes.ts';
import type { Attributes, Span, SpanReference, Tracing } from './tracing.ts';

/** The place of records on Kafka; the topic's name is without the prefix of the installation. */
export interface Destination {
  readonly topic: string;
  readonly partition?: number | undefined;
  readonly group?: string | undefined;
}

/**
 * A span for the work on a whole batch of records. It belongs to no message's trace: it links to the messages' traces, and
 * their spans link to it.
 *
 * @param contexts the trace contexts of the records
 * @param count the number of records in the batch
 */
export const processSpan = (
  tracing: Tracing,
  { topic, partition, group }: Destination,
  contexts: readonly SpanReference[],
  count: number,
  startedAt?: number,
): Span =>
  tracing.start(`process ${topic}`, {
    kind: 'consumer',
    links: contexts,
    attributes: {
      ...KAFKA,
      [ATTRIBUTE.operationName]: 'process',
      [ATTRIBUTE.operationType]: 'process',
      [ATTRIBUTE.destination]: topic,
      [ATTRIBUTE.partition]: partition === undefined ? undefined : String(partition),
      [ATTRIBUTE.consumerGroup]: group,
      [ATTRIBUTE.batchCount]: count,
    },
    ...(startedAt !== undefined && { startedAt }),
  });

/**
 * A span for making a record of a message, in the message's own trace; if the message has no parent, its trace begins here. The
 * record carries the span's context.
 */
export const createSpan = (
  tracing: Tracing,
  topic: string,
  parent: SpanReference,
  batch: SpanReference,
  attributes: Attributes,
): Span =>
  tracing.start(`create ${topic}`, {
    kind: 'producer',
    parent,
    links: parent === batch ? [] : [batch],
    attributes: {
      ...KAFKA,
      [ATTRIBUTE.operationName]: 'create',
      [ATTRIBUTE.operationType]: 'create',
      [ATTRIBUTE.destination]: topic,
      ...attributes,
    },
  });

/** A span for the sending, until Kafka has acknowledged the records: a child of the batch's span, with a link to each sent message. */
export const sendSpan = (tracing: Tracing, topic: string, batch: SpanReference, created: readonly Span[]): Span =>
  tracing.start(`send ${topic}`, {
    kind: 'client',
    parent: batch,
    links: created,
    attributes: {
      ...KAFKA,
      [ATTRIBUTE.operationName]: 'send',
      [ATTRIBUTE.operationType]: 'send',
      [ATTRIBUTE.destination]: topic,
      [ATTRIBUTE.batchCount]: created.length,
    },
  });

/** The plain header of W3C Trace Context has the context of Signet's own span; `ce_traceparent` has the producer's. */
export const CONTEXT_HEADER = 'traceparent';

const KAFKA = { [ATTRIBUTE.messagingSystem]: 'kafka' } as const;
