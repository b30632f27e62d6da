import { createSecretKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import fc from 'fast-check';
import { generateSecret, parseSecret, signingKey } from './secret.ts';
import { legacySignature, sign, signatureHeader } from './sign.ts';

const VECTORS = [
  {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1614265330,
    body: '{"test": 2432232314}',
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  {
    secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
    timestamp: 1649367553,
    body: '{"email":"test@example.com","username":"test_user"}',
    signature: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
  },
];

const anId = fc.uuid();
const now = (): number => Math.floor(Date.now() / 1000);

describe('a signature', () => {
  test.each(VECTORS)('of $id is the published one', ({ secret, id, timestamp, body, signature }) => {
    expect(sign(signingKey(secret), id, timestamp, Buffer.from(body))).toBe(signature);
    expect(sign(parseSecret(secret), id, timestamp, Buffer.from(body))).toBe(signature);
  });

  test('is accepted by the standardwebhooks package, for any body', () => {
    fc.assert(
      fc.property(anId, fc.json(), (id, json) => {
        const secret = generateSecret();
        const timestamp = now();
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': sign(signingKey(secret), id, timestamp, Buffer.from(json)),
        };
        expect(new Webhook(secret).verify(json, headers)).toEqual(JSON.parse(json));
      }),
      { numRuns: 50 },
    );
  });

  test('with a tenant’s own secret is accepted by the package’s raw format', () => {
    const secret = 'a secret of our own, 32 or more characters';
    const timestamp = now();
    const headers = {
      'webhook-id': 'a',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(signingKey(secret), 'a', timestamp, Buffer.from('{}')),
    };
    expect(new Webhook(secret, { format: 'raw' }).verify('{}', headers)).toEqual({});
  });

  test('of each live secret is in the header, and the package accepts it with either', () => {
    const secrets = [generateSecret(), generateSecret()];
    const timestamp = now();
    const signature = signatureHeader(secrets.map(signingKey), 'a', timestamp, Buffer.from('{}'));
    expect(signature).toMatch(/^v1,\S{44} v1,\S{44}$/);
    const headers = {
      'webhook-id': 'a',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    };
    for (const secret of secrets) expect(new Webhook(secret).verify('{}', headers)).toEqual({});
    expect(() => new Webhook(generateSecret()).verify('{}', headers)).toThrow();
  });

  test.each([
    ['', 1],
    ['a.1', 1],
    ['a', 1.5],
    ['a', -1],
    ['a', Number.NaN],
  ])('of id %j at %d is refused: it could be read in two ways', (id, timestamp) => {
    const key = createSecretKey(Buffer.alloc(32));
    expect(() => sign(key, id, timestamp, Buffer.alloc(0))).toThrow(TypeError);
  });

  test('needs a key', () => {
    expect(() => signatureHeader([], 'a', 1, Buffer.alloc(0))).toThrow(TypeError);
  });
});

test('the signature of a former kind is the hex of RFC 4231, over the body alone', () => {
  // Test case 2 of RFC 4231.
  const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  expect(legacySignature(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?'))).toBe(expected);
});
