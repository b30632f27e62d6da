import { ROOT_CONTEXT, SpanKind as OtelKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import type { Link, Span as OtelSpan, SpanContext, Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { settledWithin } from '@signet/async';
import type { Logger } from '../../logging/logger.ts';
import { ATTRIBUTE } from '../attributes.ts';
import type { SAMPLERS } from '../samplers.ts';
import { traceIdsOf } from '../trace-ids.ts';
import { MAX_LINKS } from '../tracing.ts';
import type { Attributes, Span, SpanKind, SpanOptions, SpanReference, Tracing } from '../tracing.ts';
import { CountedExport } from './counted-export.ts';
import { samplerOf } from './sampler.ts';

export interface OtelOptions {
  /** Base URL of the collector. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sampler: (typeof SAMPLERS)[number];
  readonly samplerRatio: number;
  readonly resource: Attributes;
}

/** The longest time that a stop waits for the collector, milliseconds. */
const STOP_MS = 1_000;

const KINDS: Readonly<Record<SpanKind, OtelKind>> = {
  internal: OtelKind.INTERNAL,
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
};

/** Exports traces by OTLP over HTTP, protobuf. It registers nothing globally, so that several services in one process do not mix. */
export function otelTracing({ endpoint, headers, resource, ...options }: OtelOptions, logger: Logger): Tracing {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers } });
  const counted = new CountedExport(exporter, {
    failing: (error) => logger.warn({ err: error, url }, 'traces cannot be exported; deliveries go on without them'),
    recovered: () => logger.info({ url }, 'traces are exported again'),
  });
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(present(resource))),
    sampler: samplerOf(options.sampler, options.samplerRatio),
    spanProcessors: [counted],
    spanLimits: { linkCountLimit: MAX_LINKS },
  });
  const tracer = provider.getTracer('signet');
  return {
    isOn: true,
    counts: counted.counts,
    start: (name, given) => startSpan(tracer, name, given),
    stop: async () => {
      const stopped = provider.shutdown().catch((error: unknown) => logger.warn({ err: error }, 'traces were lost'));
      await settledWithin(stopped, STOP_MS);
    },
  };
}

function startSpan(tracer: Tracer, name: string, options: SpanOptions = {}): Span {
  const { kind = 'internal', parent, links = [], attributes = {}, startedAt } = options;
  const parentContext = contextOf(parent);
  const context = parentContext ? trace.setSpanContext(ROOT_CONTEXT, parentContext) : ROOT_CONTEXT;
  return new TracedSpan(
    tracer.startSpan(
      name,
      {
        kind: KINDS[kind],
        links: linksOf(links),
        attributes: present(attributes),
        ...(startedAt !== undefined && { startTime: new Date(startedAt) }),
      },
      context,
    ),
  );
}

class TracedSpan implements Span {
  readonly context: SpanContext;

  constructor(private readonly span: OtelSpan) {
    this.context = span.spanContext();
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.context;
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  set(attributes: Attributes): void {
    this.span.setAttributes(present(attributes));
  }

  fail(type: string, message?: string): void {
    this.span.setAttribute(ATTRIBUTE.errorType, type);
    this.span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
  }

  end(): void {
    this.span.end();
  }
}

function contextOf(reference: SpanReference): SpanContext | undefined {
  if (reference instanceof TracedSpan) return reference.context;
  const ids = traceIdsOf(typeof reference === 'string' ? reference : reference?.traceparent);
  if (!ids) return undefined;
  const { traceId, spanId, isSampled } = ids;
  return { traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}

/** Links to each span once. If some of them are sampled, only to these; otherwise to all, so that the sampler sees that none was sampled. */
function linksOf(references: readonly SpanReference[]): Link[] {
  const contexts = new Map<string, SpanContext>();
  for (const reference of references) {
    const context = contextOf(reference);
    if (context) contexts.set(context.spanId, context);
  }
  const all = [...contexts.values()];
  const sampled = all.filter(({ traceFlags }) => (traceFlags & TraceFlags.SAMPLED) !== 0);
  return (sampled.length > 0 ? sampled : all).slice(0, MAX_LINKS).map((context) => ({ context }));
}

const present = (attributes: Attributes): Record<string, string | number | boolean> =>
  Object.fromEntries(Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined));
