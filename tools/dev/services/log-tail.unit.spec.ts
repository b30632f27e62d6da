import { expect, test } from '@jest/globals';
import { worthReporting } from './log-tail.ts';

test.each([
  ['{"level":30,"time":1,"msg":"request completed"}', undefined],
  ['{"level":"info","msg":"ready"}', undefined],
  ['{"time":1,"level":20}', undefined],
  ['', undefined],
  ['{"level":40,"context":"LogRelay","msg":"late"}', 'LogRelay: late'],
  ['{"level":"error","msg":"failed","err":{"message":"connection refused"}}', 'failed: connection refused'],
  ['{"level":50,"msg":"boom","err":{"message":"boom"}}', 'boom'],
  ['    at main.js:1:1', '    at main.js:1:1'],
  ['{ no json', '{ no json'],
])('%s', (line, expected) => {
  expect(worthReporting(line)).toBe(expected);
});
