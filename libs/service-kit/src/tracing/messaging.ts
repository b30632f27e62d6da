import { ATTRIBUTE } from './attributes.ts';
import type { Attributes, Span, SpanReference, Tracing } from './tracing.ts';

/** Where records are: the name of the topic without a prefix of the installation. */
export interface Destination {
  readonly topic: string;
  readonly partition?: number | undefined;
  readonly group?: string | undefined;
}

/**
 * The work on a batch of records together. It belongs to no message's trace: it links to theirs, and their own spans link to
 * it.
 *
 * @param contexts what the records say of their traces
 * @param count records in the batch
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
 * A message becomes what goes on to the topic: in the message's own trace, which begins here where it has no parent. The
 * span's context goes on with it.
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

/** Until Kafka has acknowledged the records: part of the work on the batch, with a link to each message that is sent. */
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

/** The plain header of W3C Trace Context: Signet's own span, where `ce_traceparent` is the producer's. */
export const CONTEXT_HEADER = 'traceparent';

const KAFKA = { [ATTRIBUTE.messagingSystem]: 'kafka' } as const;
