import { expect, test } from '@jest/globals';
import { fromLines, toLines } from './headers.ts';
import { jsonTokens } from './json-tokens.ts';
import { actorParts, counted, domainName, percent, pretty, urlParts } from './text.ts';
import { phasesOf } from './timings.ts';

test.each([
  [1, '100 %'],
  [0.9996, '> 99.9 %'],
  [0.985, '98.5 %'],
  [0.0004, '< 0.1 %'],
  [0, '0 %'],
])('a share of %d is %s', (share, expected) => {
  expect(percent(share)).toBe(expected);
});

test('things are counted in words', () => {
  expect([counted(1, 'message'), counted(1_200, 'message'), counted(2, 'delivery', 'deliveries')]).toEqual([
    '1 message',
    '1,200 messages',
    '2 deliveries',
  ]);
});

test('an actor is a name and a key, or Signet itself', () => {
  const keyId = '01a20a03-68f7-799e-8f18-18574b0d10a1';
  expect(actorParts(`Till (2) (${keyId})`)).toEqual({ name: 'Till (2)', keyId });
  expect(actorParts('signet')).toEqual({ name: 'signet', keyId: null });
});

test.each([
  ['https://shop.example/hooks?x=1', 'https://shop.example', '/hooks?x=1'],
  ['https://shop.example:8443/', 'https://shop.example:8443', ''],
  ['nonsense', 'nonsense', ''],
])('%s is recognised by its origin', (url, origin, rest) => {
  expect(urlParts(url)).toEqual({ origin, rest });
});

test('domains are words', () => {
  expect(domainName('repair_order')).toBe('Repair order');
});

test('JSON is indented; a text that only looks like JSON stays unchanged', () => {
  expect(pretty('{"a":[1]}')).toEqual({ text: '{\n  "a": [\n    1\n  ]\n}', isJson: true });
  expect(pretty('<h1>503</h1>')).toEqual({ text: '<h1>503</h1>', isJson: false });
  expect(pretty('42')).toEqual({ text: '42', isJson: false });
});

test('tokens of JSON are its text again, whatever it is', () => {
  const text = '{\n  "a\\"b": "c: 1", "d": [-1.5e3, true, null]\n}';
  const tokens = jsonTokens(text);
  expect(tokens.map((token) => token.text).join('')).toBe(text);
  expect(tokens.filter(({ kind }) => kind !== 'plain').map(({ kind }) => kind)).toEqual([
    'key',
    'string',
    'key',
    'number',
    'literal',
    'literal',
  ]);
  expect(
    jsonTokens('"open')
      .map((token) => token.text)
      .join(''),
  ).toBe('"open');
});

test('headers go through a form, without its empty lines', () => {
  const headers = { 'x-shop': '12', 'x-empty': '' };
  expect(fromLines([...toLines(headers), { name: ' ', value: '' }])).toEqual(headers);
});

test('a request is cut into its phases, one after the other', () => {
  const timings = { dnsMs: 2, connectMs: 3, tlsMs: 10, firstByteMs: 40, totalMs: 45 };
  expect(phasesOf(timings).map(({ id, ms }) => [id, ms])).toEqual([
    ['dns', 2],
    ['connect', 3],
    ['tls', 10],
    ['wait', 25],
    ['body', 5],
  ]);
  const timedOut = { dnsMs: null, connectMs: 1, tlsMs: null, firstByteMs: null, totalMs: 15_000 };
  expect(phasesOf(timedOut).map(({ name, ms }) => [name, ms])).toEqual([
    ['Connect', 1],
    ['No answer', 14_999],
  ]);
  expect(phasesOf({})).toEqual([]);
});
