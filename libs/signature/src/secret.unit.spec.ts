import { describe, expect, test } from '@jest/globals';
import { generateSecret, parseSecret, SecretFormatError } from './secret.ts';

const whsec = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
const ruleOf = (secret: string): string => {
  try {
    parseSecret(secret);
    return 'ok';
  } catch (error) {
    if (error instanceof SecretFormatError) return error.rule;
    throw error;
  }
};

describe('a secret', () => {
  test('is made of 48 random bytes, and is another one each time', () => {
    expect(parseSecret(generateSecret())).toHaveLength(48);
    expect(generateSecret()).not.toBe(generateSecret());
    expect(generateSecret((size) => Buffer.alloc(size, 1))).toBe(`whsec_${Buffer.alloc(48, 1).toString('base64')}`);
  });

  test.each([24, 25, 48, 64])('of %d bytes is the bytes behind its base64', (bytes) => {
    expect(parseSecret(whsec(bytes))).toEqual(Buffer.alloc(bytes, 7));
  });

  test.each([32, 33, 256])('of a tenant’s own, %d characters long, is its characters', (length) => {
    expect(parseSecret('~'.repeat(length))).toEqual(Buffer.from('~'.repeat(length)));
  });

  test.each([
    ['key_length', whsec(23)],
    ['key_length', whsec(65)],
    ['base64', 'whsec_'],
    ['base64', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!'],
    ['base64', `whsec_ ${whsec(32).slice(6)}`],
    ['base64', whsec(25).replace(/=+$/, '')], // without its padding
    ['base64', `whsec_${Buffer.alloc(32, 255).toString('base64url')}`],
    ['base64', `whsec_${'A'.repeat(42)}B=`], // stray bits
    ['printable_ascii', ''],
    ['printable_ascii', 'a'.repeat(31)],
    ['printable_ascii', 'a'.repeat(257)],
    ['printable_ascii', `${'a'.repeat(40)}\n`],
    ['printable_ascii', `${'a'.repeat(40)}ü`],
  ])('breaks the rule %s: %j', (rule, secret) => expect(ruleOf(secret)).toBe(rule));

  test('is not repeated in the error', () => {
    const secret = `whsec_${'S3CR3T'.repeat(10)}!`;
    expect(() => parseSecret(secret)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('S3CR3T') }),
    );
  });
});
