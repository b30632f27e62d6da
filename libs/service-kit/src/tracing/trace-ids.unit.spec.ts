import { expect, test } from '@jest/globals';
import { traceFields, traceIdsOf } from './trace-ids.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

test.each([
  ['sampled', `00-${traceId}-${spanId}-01`, true],
  ['not sampled', `00-${traceId}-${spanId}-00`, false],
  ['with flags that are not defined yet', `00-${traceId}-${spanId}-03`, true],
  ['of a later version', `01-${traceId}-${spanId}-01-more`, true],
])('a trace context that is %s', (_what, traceparent, isSampled) =>
  expect(traceIdsOf(traceparent)).toEqual({ traceId, spanId, isSampled }),
);

test.each([
  undefined,
  '',
  'nonsense',
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `ff-${traceId}-${spanId}-01`,
])('%s is none', (traceparent) => {
  expect(traceIdsOf(traceparent)).toBeUndefined();
  expect(traceFields(traceparent)).toEqual({});
});

test('a log line has the ids by the names that OpenTelemetry gives them', () => {
  expect(traceFields(`00-${traceId}-${spanId}-01`)).toEqual({ trace_id: traceId, span_id: spanId });
});
