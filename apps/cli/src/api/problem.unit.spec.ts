import { expect, test } from '@jest/globals';
import { isProblem, sentencesOf } from './problem.ts';

const problem = {
  type: 'urn:signet:problem:invalid_request',
  title: 'Bad Request',
  status: 400,
  code: 'invalid_request',
  detail: 'The webhook cannot be registered.',
  errors: [
    { field: 'url', rule: 'internal_name', detail: 'The name intranet is not public.' },
    { field: 'events.0', rule: 'unknown_event_type', detail: 'There is no event type sale.made.' },
  ],
};

test('a problem becomes its detail, and a line for each field with the rule that it breaks', () =>
  expect(sentencesOf(400, problem)).toBe(
    [
      'The webhook cannot be registered. (400 invalid_request)',
      '  url (internal_name): The name intranet is not public.',
      '  events.0 (unknown_event_type): There is no event type sale.made.',
    ].join('\n'),
  ));

test("an answer that is none of Signet's is named as such", () => {
  expect(sentencesOf(502, undefined)).toMatch(/^The address answered 502, without a problem of Signet's/);
  expect(sentencesOf(308, undefined)).toMatch(/It redirects/);
  for (const body of ['<html>', null, {}, { code: 1, detail: 'x' }]) expect(isProblem(body)).toBe(false);
  expect(isProblem(problem)).toBe(true);
});
