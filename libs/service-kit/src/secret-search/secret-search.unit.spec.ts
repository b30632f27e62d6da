import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { selfSigned } from '@signet/testing';
import { formsOf } from './secret-forms.ts';
import { SecretSearch } from './secret-search.ts';

const apiKey = { name: 'API key', value: `signet_tenant_${randomBytes(32).toString('base64url')}` };
const secret = { name: 'secret', value: `whsec_${randomBytes(48).toString('base64')}` };
const text = { name: 'text', value: 'a "text" of the tenant\'s own: correct+horse/battery=staple&more \\ or less' };
const pem = { name: 'private key', value: selfSigned('signet.example').key };
const search = new SecretSearch([apiKey, secret, text, pem]);
const found = (bytes: Buffer | string): string[] => [
  ...new Set(search.in(Buffer.from(bytes as Buffer)).map((one) => one.secret)),
];

describe.each([apiKey, secret, text, pem])('$name', ({ name, value }) => {
  const raw = Buffer.from(value);
  test.each<[string, Buffer | string]>([
    ['as it is', value],
    ['in the middle of other bytes', Buffer.concat([randomBytes(999), raw, randomBytes(999)])],
    ['in JSON', JSON.stringify({ nested: { value } })],
    ['in JSON in JSON', JSON.stringify({ body: JSON.stringify({ value }) })],
    ['in hex', raw.toString('hex')],
    ['in upper-case hex', raw.toString('hex').toUpperCase()],
    ['in base64', raw.toString('base64')],
    ['in base64 behind one byte', Buffer.from(`x${value}`).toString('base64')],
    ['in base64 behind two bytes, with more behind', Buffer.from(`xy${value}zz`).toString('base64')],
    ['in base64url', Buffer.from(`Bearer ${value}`).toString('base64url')],
    ['percent-encoded', `https://shop.example/?q=${encodeURIComponent(value)}&r=1`],
    ['most of it, from its end', raw.subarray(Math.floor(raw.length * 0.35))],
  ])('is found %s', (_how, bytes) => expect(found(bytes)).toEqual([name]));
});

test('the bytes behind the base64 of a secret are found, too', () => {
  const bytes = Buffer.from(secret.value.slice('whsec_'.length), 'base64');
  for (const form of [bytes, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')]) {
    expect(found(Buffer.concat([Buffer.from('.'), Buffer.from(form as Buffer)]))).toEqual(['secret']);
  }
});

test('a prefix, another secret of the same kind, and much that is random are not taken for it', () => {
  const others = [
    apiKey.value.slice(0, 20),
    `whsec_${randomBytes(48).toString('base64')}`,
    selfSigned('other.example').key,
    randomBytes(4 * 1024 * 1024),
    Buffer.alloc(1024 * 1024),
    '',
    'ab',
  ];
  for (const other of others) expect(found(other)).toEqual([]);
});

test('a report never repeats the secret', () => {
  const leaks = search.leaksIn('a log', `key ${apiKey.value}`);
  expect(leaks).toEqual([{ where: 'a log', secret: 'API key', form: 'raw' }]);
});

test('a secret that is so short that it may occur by chance is refused', () =>
  expect(() => formsOf({ name: 'short', value: 'a b c d' })).toThrow('"short" is too short'));
