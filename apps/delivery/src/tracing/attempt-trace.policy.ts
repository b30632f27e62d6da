import type { DeliveryRequest } from '@signet/contracts';

/** The parent and links of an attempt's span; contexts are `traceparent`s of W3C Trace Context. */
export interface AttemptTrace {
  /** Undefined: the span begins a trace of its own. */
  readonly parent: string | undefined;
  readonly links: readonly (string | undefined)[];
}

export interface TracedDelivery {
  readonly kind: DeliveryRequest['kind'];
  /** Number of the attempt, counted from 1. */
  readonly attempt: number;
  /** The span of Signet that requested the delivery; undefined if that was not traced. */
  readonly spanContext: string | undefined;
  /** The producer's context. */
  readonly traceparent: string | undefined;
}

/**
 * The first attempt of a message goes on with the message's trace. A later attempt may be made hours after it, and a tool
 * that collects the spans of a trace does not wait that long. So it begins a trace, with a link to the message's. A replay
 * and a test do the same (ADR 44).
 */
export function attemptTrace({ kind, attempt, spanContext, traceparent }: TracedDelivery): AttemptTrace {
  const context = spanContext ?? traceparent;
  return kind === 'message' && attempt === 1 ? { parent: context, links: [] } : { parent: undefined, links: [context] };
}
