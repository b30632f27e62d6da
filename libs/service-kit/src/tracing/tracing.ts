/*
 * The tracing interface that the services use; it does not depend on OpenTelemetry. Code passes spans on explicitly, as values, or
 * as the `traceparent` of W3C Trace Context through Kafka and PostgreSQL. There is no context that follows the calls by itself.
 */

export type AttributeValue = string | number | boolean;
/** Missing values are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A span of this process, or the `traceparent` of a span of another process. A `traceparent` that cannot be read counts as missing. */
export type SpanReference = Span | string | undefined;

export interface SpanOptions {
  readonly kind?: SpanKind;
  /** Without a parent the span begins a trace. */
  readonly parent?: SpanReference;
  /** Related spans of other traces. Only the first `MAX_LINKS` are kept. */
  readonly links?: readonly SpanReference[];
  readonly attributes?: Attributes;
  /** Milliseconds since the epoch; default: the present. */
  readonly startedAt?: number;
}

export interface Span {
  /** Undefined only for `NO_SPAN`: a span that is not sampled has one, too, which passes this decision on. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  /** @param type a class of errors with few values, as `error.type` @param message for people; no secrets */
  fail(type: string, message?: string): void;
  /** To be called once. */
  end(): void;
}

export interface Tracing {
  /** False: nothing is traced, so attributes that are costly to compute can be left out. */
  readonly isOn: boolean;
  start(name: string, options?: SpanOptions): Span;
  /** The number of spans with each outcome since the start. */
  readonly counts: Readonly<Record<SpanOutcome, number>>;
  /** Exports the remaining spans, but takes at most a second. */
  stop(): Promise<void>;
}

/**
 * | outcome | the span |
 * |---|---|
 * | exported | was sent, and taken by the collector |
 * | failed | was sent, but not taken |
 * | dropped | was not sent: too many waited for the collector |
 */
export const SPAN_OUTCOMES = ['exported', 'failed', 'dropped'] as const;
export type SpanOutcome = (typeof SPAN_OUTCOMES)[number];

/** The most links of a batch's span. `messaging.batch.message_count` has the number of messages, and each message's span links to the batch. */
export const MAX_LINKS = 128;

/** Injection token of the service's `Tracing`. */
export const TRACING = Symbol('signet.tracing');

export const NO_SPAN: Span = {
  traceparent: undefined,
  set: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

/** Traces nothing, and costs a call that does nothing. */
export const NO_TRACING: Tracing = {
  isOn: false,
  start: () => NO_SPAN,
  counts: { exported: 0, failed: 0, dropped: 0 },
  stop: () => Promise.resolve(),
};

/** Ends the span when the work is over; it has failed where the work throws. */
export async function during<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.fail(errorType(error), error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    span.end();
  }
}

/** The code of an error, else its class. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
