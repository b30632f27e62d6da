import { expect, test } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { samplerOf } from './sampler.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanOf = (isSampled: boolean) => ({
  traceId,
  spanId: '00f067aa0ba902b7',
  traceFlags: isSampled ? 1 : 0,
  isRemote: true,
});

interface Asked {
  readonly parent?: boolean;
  readonly links?: readonly boolean[];
  readonly kind?: SpanKind;
}

function isSampled(sampler: Parameters<typeof samplerOf>[0], { parent, links = [], kind = SpanKind.INTERNAL }: Asked) {
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanOf(parent));
  const linked = links.map((link) => ({ context: spanOf(link) }));
  const { decision } = samplerOf(sampler, 0.5).shouldSample(context, traceId, 'span', kind, {}, linked);
  return decision === SamplingDecision.RECORD_AND_SAMPLED;
}

test.each([
  ['parentbased_always_on', 'a span that begins a trace', {}, true],
  ['parentbased_always_off', 'a span that begins a trace', {}, false],
  ['parentbased_always_off', 'a span of a sampled trace', { parent: true }, true],
  ['parentbased_always_on', 'a span of a trace that is not sampled', { parent: false }, false],
  ['parentbased_always_on', 'a batch of messages none of which is sampled', { links: [false, false] }, false],
  ['parentbased_always_off', 'a batch with a sampled message', { links: [false, true] }, true],
  [
    'parentbased_always_off',
    'a message without a trace beside a sampled one',
    { links: [true], kind: SpanKind.PRODUCER },
    false,
  ],
  ['always_on', 'a span of a trace that is not sampled', { parent: false }, true],
  ['always_off', 'a span of a sampled trace', { parent: true }, false],
  ['always_off', 'a batch with a sampled message', { links: [true] }, false],
] as const)('%s: %s', (sampler, _what, asked, expected) => expect(isSampled(sampler, asked)).toBe(expected));
