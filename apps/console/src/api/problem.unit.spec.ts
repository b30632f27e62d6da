import { expect, test } from '@jest/globals';
import { errorsByField, problemFrom } from './problem.ts';
import { searchOf } from './search.ts';

const BODY = JSON.stringify({
  status: 422,
  code: 'invalid_body',
  detail: 'The body breaks a rule; see errors.',
  instance: 'urn:uuid:1',
  errors: [
    { field: 'url', rule: 'blocked_address', detail: 'It must not lead to a private address.' },
    { field: 'events.1', rule: 'unknown_event_type', detail: 'There is no event type "sale.lost".' },
    { field: 'events.2', rule: 'repeated_event', detail: 'It is named twice.' },
    { field: 'headers.x-a', rule: 'reserved', detail: 'It is reserved.' },
    { field: 'colour', rule: 'unknown_field', detail: 'There is no such field.' },
  ],
});

test("each field's error stands at its field, the rest at the head of the form", () => {
  expect(errorsByField(problemFrom(422, BODY), ['url', 'events', 'headers'])).toEqual({
    fields: {
      url: 'It must not lead to a private address.',
      events: 'There is no event type "sale.lost". It is named twice.',
      headers: 'x-a: It is reserved.',
    },
    rest: ['colour: There is no such field.'],
  });
});

test('a part that the form has a field for gets its own error', () => {
  const errors = [{ field: 'clientCertificate.key', rule: 'mismatch', detail: 'It is of another certificate.' }];
  const problem = problemFrom(422, JSON.stringify({ code: 'invalid_webhook', detail: 'No.', errors }));
  expect(errorsByField(problem, ['clientCertificate', 'clientCertificate.key']).fields).toEqual({
    'clientCertificate.key': 'It is of another certificate.',
  });
});

test('a problem without fields is a sentence for the whole form', () => {
  const problem = problemFrom(409, JSON.stringify({ code: 'too_many_webhooks_of_url', detail: 'At most 10.' }));
  expect(errorsByField(problem, ['url'])).toEqual({ fields: {}, rest: ['At most 10.'] });
  expect(errorsByField(null, ['url'])).toEqual({ fields: {}, rest: [] });
});

test.each(['<html>Bad Gateway</html>', '', '{"code":1}', 'null'])('%j of a proxy becomes a sentence', (body) => {
  expect(problemFrom(502, body)).toMatchObject({ status: 502, code: 'unknown', message: 'The server answered 502.' });
});

test('a query holds only the values that are not empty', () => {
  expect(searchOf({ q: 'a&b', active: '', limit: 25, cursor: undefined, isTest: false })).toBe(
    'q=a%26b&limit=25&isTest=false',
  );
});
