import type { DeliveryRequest } from '@signet/contracts';

/** Where the span of an attempt stands; contexts are `traceparent`s of W3C Trace Context. */
export interface AttemptTrace {
  /** Undefined: it begins a trace of its own. */
  readonly parent: string | undefined;
  readonly links: readonly (string | undefined)[];
}

export interface TracedDelivery {
  readonly kind: DeliveryRequest['kind'];
  /** Its number, counted from 1. */
  readonly attempt: number;
  /** Signet's span that asked for the delivery; undefined where that was not traced. */
  readonly spanContext: string | undefined;
  /** Of the producer. */
  readonly traceparent: string | undefined;
}

/**
 * The first attempt of a message goes on with the message's trace. A later one may be made hours after it: whoever gathers
 * the spans of a trace, to choose or to draw it, does not wait for so long. So it begins a trace, with a link to the message's.
 * A replay and a test do the same (ADR 44).
 */
export function attemptTrace({ kind, attempt, spanContext, traceparent }: TracedDelivery): AttemptTrace {
  const context = spanContext ?? traceparent;
  return kind === 'message' && attempt === 1 ? { parent: context, links: [] } : { parent: undefined, links: [context] };
}
