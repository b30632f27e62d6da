import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { generateSecret, signingKey } from './secret.ts';
import { sign, signatureHeader } from './sign.ts';
import { verify } from './verify.ts';
import type { SignedMessage } from './verify.ts';

const NOW = 1_700_000_000;
const key = signingKey(generateSecret());
const options = { keys: [key], nowSeconds: NOW };
const signed = (body: Uint8Array, id = 'msg', timestamp = NOW): SignedMessage => ({
  id,
  timestamp: String(timestamp),
  signature: sign(key, id, timestamp, Buffer.from(body)),
  body: Buffer.from(body),
});
const NO_MATCH = { ok: false, reason: 'no_matching_signature' };

/** The same bytes with one bit of one of them turned over. */
const withOneByteChanged = (bytes: Buffer, place: number, bit: number): Buffer => {
  const changed = Buffer.from(bytes);
  const at = place % changed.length;
  changed[at] = (changed[at] ?? 0) ^ (1 << bit);
  return changed;
};

describe('verification', () => {
  test('accepts whatever was signed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.uuid(),
        fc.integer({ min: -300, max: 300 }),
        (body, id, age) => {
          expect(verify(signed(body, id, NOW - age), options)).toEqual({ ok: true, timestampSeconds: NOW - age });
        },
      ),
    );
  });

  test('refuses a body of which one byte was changed', () => {
    const bits = fc.integer({ min: 0, max: 7 });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 500 }), fc.nat(), bits, (body, place, bit) => {
        const message = signed(body);
        const changed = { ...message, body: withOneByteChanged(message.body, place, bit) };
        expect(verify(changed, options)).toEqual(NO_MATCH);
      }),
    );
  });

  test('refuses an id or a signature of which one byte was changed', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(), fc.integer({ min: 0, max: 6 }), (id, place, bit) => {
        const message = signed(Buffer.from('{}'), id);
        const change = (text = ''): string => withOneByteChanged(Buffer.from(text), place, bit).toString('latin1');
        expect(verify({ ...message, id: change(message.id) }, options)).toEqual(NO_MATCH);
        expect(verify({ ...message, signature: change(message.signature) }, options)).toEqual(NO_MATCH);
      }),
    );
  });

  test('refuses another timestamp, even one that is young enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: -300, max: 300 }), (shift) => {
        fc.pre(shift !== 0);
        const message = { ...signed(Buffer.from('{}')), timestamp: String(NOW + shift) };
        expect(verify(message, options)).toEqual(NO_MATCH);
      }),
    );
  });

  test.each([
    [-301, 'timestamp_too_old'],
    [301, 'timestamp_too_new'],
  ])('refuses a message of %d seconds from now', (shift, reason) => {
    expect(verify(signed(Buffer.from('{}'), 'msg', NOW + shift), options)).toEqual({ ok: false, reason });
  });

  test.each(['', 'abc', '1.5', '-1', '1e9', ' 1700000000', '0x10', '1'.repeat(16)])(
    'refuses the timestamp %j',
    (timestamp) => {
      const reason = timestamp === '' ? 'missing_header' : 'malformed_timestamp';
      expect(verify({ ...signed(Buffer.from('{}')), timestamp }, options)).toEqual({ ok: false, reason });
    },
  );

  test.each(['id', 'timestamp', 'signature'])('refuses a message without %s', (field) => {
    const message = { ...signed(Buffer.from('{}')), [field]: undefined };
    expect(verify(message, options)).toEqual({ ok: false, reason: 'missing_header' });
  });

  test('finds the right one among signatures of other keys and other versions', () => {
    const message = signed(Buffer.from('{}'));
    const others = signatureHeader([signingKey(generateSecret())], 'msg', NOW, message.body);
    const signature = `v1a,abc v2,${message.signature?.slice(3)} ${others} ${message.signature}`;
    expect(verify({ ...message, signature }, options).ok).toBe(true);
    expect(verify({ ...message, signature: `v2,${message.signature?.slice(3)}` }, options)).toEqual(NO_MATCH);
  });

  test('accepts any of the keys that a receiver keeps while a secret is rotated', () => {
    const keys = [signingKey(generateSecret()), key];
    expect(verify(signed(Buffer.from('{}')), { ...options, keys }).ok).toBe(true);
    expect(verify(signed(Buffer.from('{}')), { ...options, keys: keys.slice(0, 1) })).toEqual(NO_MATCH);
  });
});
