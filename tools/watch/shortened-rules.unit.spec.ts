import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ruleFiles } from './rule-files.ts';
import { shortenedRules } from './shortened-rules.ts';

test.each([
  ['for: 5m', 'for: 20s'],
  [
    'expr: min_over_time(sum(signet_x{circuit="closed"})[1h:1m]) > 0',
    'expr: min_over_time(sum(signet_x{circuit="closed"})[240s:4s]) > 0',
  ],
  ['expr: sum(x) >= sum(x offset 1h)', 'expr: sum(x) >= sum(x offset 240s)'],
  ['expr: max by (relay) (signet_relay_lag_seconds) > 60', 'expr: max by (relay) (signet_relay_lag_seconds) > 4'],
  ['expr: rate(x[5s]) > 10', 'expr: rate(x[1s]) > 10'],
])('%s becomes %s', (rule, shorter) => {
  expect(shortenedRules(rule, 15)).toBe(shorter);
});

test.each([
  'expr: nodejs_eventloop_lag_p99_seconds{job=~"signet-.+"} > 0.5',
  'expr: signet:webhook_consecutive_failures:max >= 3',
  '- record: signet:first_attempts_late:ratio_rate5m',
  'description: It is disabled for 5 minutes.',
])('%s stays', (rule) => {
  expect(shortenedRules(rule, 15)).toBe(rule);
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
(hasPromtool ? test : test.skip)('Prometheus takes every rule file of ours when it is shortened', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shortened-rules-'));
  try {
    const files = ruleFiles().map((file) => {
      const shortened = join(folder, basename(file));
      writeFileSync(shortened, shortenedRules(readFileSync(file, 'utf8'), 15));
      return shortened;
    });
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ...files], { encoding: 'utf8' });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
