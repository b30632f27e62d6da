/** The parts of a `traceparent` (W3C Trace Context). */
export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** Matches version 00, and later versions as far as they are like it. */
const PARTS = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** Undefined if there is no `traceparent`, or if it cannot be read. */
export function traceIdsOf(traceparent: string | undefined): TraceIds | undefined {
  const [, traceId, spanId, flags] = (traceparent !== undefined && PARTS.exec(traceparent)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/**
 * The fields of a log line with its trace, under OpenTelemetry's names; no fields if it has no trace. The producer's trace is
 * known even if Signet itself traces nothing.
 */
export function traceFields(traceparent: string | undefined): {
  readonly trace_id?: string;
  readonly span_id?: string;
} {
  const ids = traceIdsOf(traceparent);
  return ids ? { trace_id: ids.traceId, span_id: ids.spanId } : {};
}
