/*
 * Traces, without OpenTelemetry: what the code of the services sees of them. Spans are passed on by hand, as values or as the
 * `traceparent` of W3C Trace Context that crosses Kafka and PostgreSQL; there is no context that follows the calls by itself.
 */

export type AttributeValue = string | number | boolean;
/** Missing values are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A span of this process, or the `traceparent` of one elsewhere. One that cannot be read counts as missing. */
export type SpanReference = Span | string | undefined;

export interface SpanOptions {
  readonly kind?: SpanKind;
  /** Without one the span begins a trace. */
  readonly parent?: SpanReference;
  /** Spans of other traces that this one has to do with. At most `MAX_LINKS` of them are kept, the first ones. */
  readonly links?: readonly SpanReference[];
  readonly attributes?: Attributes;
  /** Milliseconds since the epoch; the present when missing. */
  readonly startedAt?: number;
}

export interface Span {
  /** Undefined of `NO_SPAN` only: also a span that is not sampled passes the decision on. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  /** @param type a class of errors with few values, as `error.type` @param message for people; no secrets */
  fail(type: string, message?: string): void;
  /** Once. */
  end(): void;
}

export interface Tracing {
  /** Where it is false nothing is traced: whatever costs something to put together can be left out. */
  readonly isOn: boolean;
  start(name: string, options?: SpanOptions): Span;
  /** What became of the spans that were to be exported, since the start. */
  readonly counts: Readonly<Record<SpanOutcome, number>>;
  /** Exports what is left, for a second at most. */
  stop(): Promise<void>;
}

/**
 * | outcome | the span |
 * |---|---|
 * | exported | was taken by the collector |
 * | failed | was sent, and not taken |
 * | dropped | was not sent: too many waited for the collector |
 */
export const SPAN_OUTCOMES = ['exported', 'failed', 'dropped'] as const;
export type SpanOutcome = (typeof SPAN_OUTCOMES)[number];

/** Of a batch: `messaging.batch.message_count` says how many there are, and each message's own span names the batch. */
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
