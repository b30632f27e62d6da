import { SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import type { Attributes, Context, Link } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace';
import type { SAMPLERS } from '../samplers.ts';

/** The sampler for OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG. @param ratio share of the traces, 0 to 1 */
export function samplerOf(name: (typeof SAMPLERS)[number], ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return parentBased(new AlwaysOnSampler());
    case 'parentbased_always_off':
      return parentBased(new AlwaysOffSampler());
    case 'parentbased_traceidratio':
      return parentBased(new TraceIdRatioBasedSampler(ratio));
  }
}

const parentBased = (root: Sampler): Sampler => new ParentBasedSampler({ root: new LinkBasedSampler(root) });

/**
 * For a span that begins a trace and links to others, such as that of a batch or a later attempt: it is sampled if one of the others
 * is. So a sampled message is seen to its end, and one that is not sampled causes no other traces. Without links the root sampler
 * decides.
 */
class LinkBasedSampler implements Sampler {
  constructor(private readonly root: Sampler) {}

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const linked = links.filter((link) => trace.isSpanContextValid(link.context));
    if (linked.length === 0 || kind === SpanKind.PRODUCER)
      return this.root.shouldSample(context, traceId, name, kind, attributes, links);
    const isSampled = linked.some((link) => (link.context.traceFlags & TraceFlags.SAMPLED) !== 0);
    return { decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return `LinkBased{root=${this.root.toString()}}`;
  }
}
