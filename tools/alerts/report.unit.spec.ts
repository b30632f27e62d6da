import { expect, test } from '@jest/globals';
import type { Played, Seen } from './play.ts';
import { isComplete, report } from './report.ts';

const labels = { alertname: 'SignetRelayStuck', relay: 'registry', severity: 'page', audience: 'platform' };
const playedWith = (seen: Partial<Seen>, notes: readonly string[] = []): Played => ({
  seen: [{ scenario: 'a stuck relay', labels, ...seen }],
  notes,
  isComplete: notes.length === 0,
});

test('a row says when an alert fired and resolved, without the labels that choose its receiver', () => {
  const text = report([playedWith({ firedAfter: 9.96, resolvedAfter: 4 })]);
  expect(text).toMatch(/a stuck relay +SignetRelayStuck\{relay="registry"\} +10\.0 s +4\.0 s/);
});

test('an alert that did not come is MISSING, and the report is not complete', () => {
  const never = [playedWith({})];
  expect(report(never)).toMatch(/MISSING +MISSING/);
  expect(isComplete(never)).toBe(false);
  expect(isComplete([playedWith({ firedAfter: 1 })])).toBe(false);
  expect(isComplete([playedWith({ firedAfter: 1, resolvedAfter: 1 })])).toBe(true);
});

test('another fault makes the report incomplete and is listed in it', () => {
  const slow = [playedWith({ firedAfter: 1, resolvedAfter: 1 }, ['A scrape took 3 s.'])];
  expect(isComplete(slow)).toBe(false);
  expect(report(slow)).toContain('- A scrape took 3 s.');
});
