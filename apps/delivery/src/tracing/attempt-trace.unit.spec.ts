import { expect, test } from '@jest/globals';
import { attemptTrace } from './attempt-trace.policy.ts';

const spanContext = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-01';
const message = { kind: 'message', attempt: 1, spanContext, traceparent } as const;

test('the first attempt of a message goes on with its trace', () => {
  expect(attemptTrace(message)).toEqual({ parent: spanContext, links: [] });
});

test("where fan-out traced nothing, the attempt goes on with the producer's trace", () => {
  expect(attemptTrace({ ...message, spanContext: undefined })).toEqual({ parent: traceparent, links: [] });
});

test.each([
  ['a later attempt', { ...message, attempt: 2 }],
  ['a replay', { ...message, kind: 'replay' }],
  ['a test', { ...message, kind: 'test' }],
] as const)('%s begins a trace, linked to that of the message', (_what, delivery) => {
  expect(attemptTrace(delivery)).toEqual({ parent: undefined, links: [spanContext] });
});
