import { describe, expect, test } from '@jest/globals';
import { generateSecret, parseSecret, sign } from '@signet/signature';
import { headersIn } from './read-headers.ts';
import { verdictOf } from './verification.policy.ts';
import type { Question } from './verification.policy.ts';

const SECRET = generateSecret();
const ID = '7b0f3c52-8a55-5e0c-9d5c-0f6a3f7c2b11';
const SENT = 1_772_359_200;
const BODY = '{"type":"sale.created","data":{"saleId":"S-1"}}';

const headers = (signature: string, timestamp = String(SENT)): ReadonlyMap<string, string> =>
  new Map([
    ['webhook-id', ID],
    ['webhook-timestamp', timestamp],
    ['webhook-signature', signature],
  ]);
const signed = (body = BODY, secret = SECRET): string => sign(parseSecret(secret), ID, SENT, Buffer.from(body));
const verdict = (changes: Partial<Question> = {}) =>
  verdictOf({ headers: headers(signed()), body: Buffer.from(BODY), secret: SECRET, nowSeconds: SENT + 12, ...changes });

test('a genuine request is verified', () =>
  expect(verdict()).toEqual({ isVerified: true, sentence: 'The signature is genuine: signed 12 s ago.' }));

test('missing headers are named', () =>
  expect(verdict({ headers: new Map([['webhook-id', ID]]) })).toMatchObject({
    reason: 'missing_header',
    sentence: 'The header webhook-timestamp and webhook-signature is missing.',
  }));

test('a secret of a wrong form is named, and not repeated', () => {
  const wrong = verdict({ secret: 'whsec_short' });
  expect(wrong).toMatchObject({ isVerified: false, reason: 'invalid_secret' });
  expect(JSON.stringify(wrong)).not.toContain('short');
});

describe('a request that is too old, or of the future', () => {
  test.each([
    ['too old', SENT + 301, 'timestamp_too_old', 'The request was signed 301 s ago; at most 300 s are accepted.'],
    [
      'too new',
      SENT - 301,
      'timestamp_too_new',
      'The request was signed 301 s in the future; at most 300 s are accepted.',
    ],
  ])('%s, although its signature is genuine', (_, nowSeconds, reason, sentence) =>
    expect(verdict({ nowSeconds })).toEqual({
      isVerified: false,
      reason,
      sentence,
      hint: 'Apart from its time, the signature is genuine.',
    }),
  );

  test('a larger tolerance is for saved requests', () =>
    expect(verdict({ nowSeconds: SENT + 86_400, toleranceSeconds: 100_000 })).toMatchObject({ isVerified: true }));

  test('milliseconds in place of seconds', () =>
    expect(verdict({ headers: headers(signed(), `${SENT}000`) })).toMatchObject({
      reason: 'timestamp_too_new',
      hint: expect.stringContaining('looks like milliseconds') as unknown,
    }));

  test('a date in place of seconds', () =>
    expect(verdict({ headers: headers(signed(), '2026-03-01') })).toMatchObject({ reason: 'malformed_timestamp' }));
});

describe('a signature that does not match: the mistake is found', () => {
  test.each<[string, Partial<Question>, string]>([
    ['an editor added a newline', { body: Buffer.from(`${BODY}\n`) }, 'without the newline at the end'],
    ['the newline was lost', { headers: headers(signed(`${BODY}\n`)) }, 'with a newline at the end'],
    [
      'line ends were changed',
      { headers: headers(signed('{\n}')), body: Buffer.from('{\r\n}') },
      'the line ends of the body were changed',
    ],
    [
      'the body was parsed and written again',
      { body: Buffer.from(JSON.stringify(JSON.parse(BODY), null, 2)) },
      'the body was parsed and written again',
    ],
    [
      'the secret was not decoded',
      { headers: headers(sign(Buffer.from(SECRET), ID, SENT, Buffer.from(BODY))) },
      'decoded from base64',
    ],
    ['another version', { headers: headers('v1a,abc') }, 'no signature of the version v1'],
    ['another secret', { secret: generateSecret() }, 'the secret is that of another webhook'],
  ])('%s', (_, changes, hint) =>
    expect(verdict(changes)).toMatchObject({
      isVerified: false,
      reason: 'no_matching_signature',
      hint: expect.stringContaining(hint) as unknown,
    }),
  );
});

test('headers are read from lines and from JSON', () => {
  const lines = 'POST /hook HTTP/1.1\r\nWebhook-Id: a\r\nwebhook-signature: v1,b:c=\r\n';
  expect([...headersIn(lines)]).toEqual([
    ['webhook-id', 'a'],
    ['webhook-signature', 'v1,b:c='],
  ]);
  expect(headersIn('{"Webhook-Id": "a"}').get('webhook-id')).toBe('a');
  expect(() => headersIn('')).toThrow('There are no headers');
  expect(() => headersIn('{')).toThrow('The headers are not JSON');
});
