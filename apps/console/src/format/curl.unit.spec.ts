import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { curlOf } from './curl.ts';

const REQUEST = {
  method: 'POST' as const,
  url: "https://shop.example/in?a=1&b='2'",
  headers: {
    'content-type': 'application/json',
    'content-length': '20',
    'webhook-id': 'e-1',
    'x-note': "it's $HOME `id`",
    authorization: '***',
  },
  body: '{"name":"O\'Neil $(id)\\n"}',
};

/** The words of the command, as a real shell sees them. */
const words = (command: string): string[] =>
  execFileSync('sh', ['-c', `curl() { for word; do printf '%s\\0' "$word"; done; }; ${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

test('a shell reads the command word by word as it was meant', () => {
  expect(words(curlOf(REQUEST))).toEqual([
    '-sS',
    '-i',
    '-X',
    'POST',
    REQUEST.url,
    '-H',
    'content-type: application/json',
    '-H',
    'webhook-id: e-1',
    '-H',
    "x-note: it's $HOME `id`",
    '--data-binary',
    REQUEST.body,
  ]);
});
