import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BrokenSealError, SealingKeysFormatError, UnknownSealingKeyError } from './sealing-errors.ts';
import { generateSealingKey, SealingKeys } from './sealing-keys.ts';

const OLD = generateSealingKey('2025');
const NEW = generateSealingKey('2026');
const CONTEXT = 'webhook-secret:5b2f6c1e-3d0a-4a55-9d0e-6f1c54b0a7d9';
const oldKeys = SealingKeys.parse(OLD);
const bothKeys = SealingKeys.parse(`${NEW},${OLD}`);

describe('a sealed text', () => {
  test('opens to what was sealed, and never looks the same twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, context) => {
        const sealed = oldKeys.seal(plain, context);
        expect(sealed).toMatch(/^v1\.2025\.[A-Za-z0-9_-]+$/);
        expect(oldKeys.open(sealed, context)).toBe(plain);
        expect(oldKeys.seal(plain, context)).not.toBe(sealed);
      }),
    );
  });

  test('does not open for another context', () => {
    expect(() => oldKeys.open(oldKeys.seal('secret', CONTEXT), 'webhook-secret:other')).toThrow(BrokenSealError);
  });

  test('does not open when one bit of it was changed', () => {
    const [version, keyId, payload = ''] = oldKeys.seal('secret', CONTEXT).split('.');
    const bytes = Buffer.from(payload, 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      const sealed = `${version}.${keyId}.${changed.toString('base64url')}`;
      expect(() => oldKeys.open(sealed, CONTEXT)).toThrow(BrokenSealError);
    }
  });

  test('does not open under another key of the same id', () => {
    const impostor = SealingKeys.parse(generateSealingKey('2025'));
    expect(() => impostor.open(oldKeys.seal('secret', CONTEXT), CONTEXT)).toThrow(BrokenSealError);
  });

  test.each(['', 'secret', 'v1.2025', 'v2.2025.AAAA', 'v1.2025.AAAA', 'v1..AAAA', 'v1.2025.!!!!'])(
    'is not %j',
    (text) => expect(() => oldKeys.open(text, CONTEXT)).toThrow(BrokenSealError),
  );
});

describe('rotation', () => {
  test('seals with the first key and opens with all', () => {
    expect(bothKeys.activeKeyId).toBe('2026');
    expect(bothKeys.seal('a', CONTEXT)).toMatch(/^v1\.2026\./);
    expect(bothKeys.open(oldKeys.seal('a', CONTEXT), CONTEXT)).toBe('a');
  });

  test('seals again a text of an old key, and leaves a text of the first key unchanged', () => {
    const resealed = bothKeys.reseal(oldKeys.seal('a', CONTEXT), CONTEXT);
    expect(resealed).toMatch(/^v1\.2026\./);
    expect(bothKeys.open(resealed, CONTEXT)).toBe('a');
    expect(bothKeys.reseal(resealed, CONTEXT)).toBe(resealed);
  });

  test('names the key that is missing', () => {
    const sealed = bothKeys.seal('a', CONTEXT);
    expect(() => oldKeys.open(sealed, CONTEXT)).toThrow(new UnknownSealingKeyError('2026'));
    expect(() => oldKeys.open(sealed, CONTEXT)).toThrow(/"2026"/);
  });
});

describe('the setting of the sealing keys', () => {
  const key = (OLD.split(':')[1] ?? '').replace(/=$/, '');

  test.each([
    ['nothing', '', /Sealing key 1 must be id:base64/],
    ['a key without an id', `${key}=`, /Sealing key 1 must be id:base64/],
    ['an id and a key in the wrong order', `${key}:a`, /Sealing key 1 must be id:base64/],
    ['a key of the wrong length', `a:${Buffer.alloc(31).toString('base64')}`, /"a" must be the base64 of 32 bytes/],
    ['a key without its padding', `a:${key}`, /"a" must be the base64 of 32 bytes/],
    ['an id of other characters', `a.b:${key}=`, /Sealing key 1/],
    ['an empty second entry', `a:${key}=,`, /Sealing key 2/],
    ['the same id twice', `a:${key}=,a:${key}=`, /"a" is used twice/],
  ])('refuses %s, and does not repeat the key', (_what, text, message) => {
    const parse = (): SealingKeys => SealingKeys.parse(text);
    expect(parse).toThrow(SealingKeysFormatError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.not.objectContaining({ message: expect.stringContaining(key) }));
  });

  test('does not show in a log or a JSON', () => {
    const shown = inspect(bothKeys, { depth: 10, showHidden: true }) + JSON.stringify(bothKeys);
    expect(shown).toContain('2026');
    expect(shown).not.toContain(key);
  });
});
