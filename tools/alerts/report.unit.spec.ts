import { expect, test } from '@jest/globals';
import type { Played, Seen } from './play.ts';
import { isComplete, report } from './report.ts';

const labels = { alertname: 'SignetRelayStuck', relay: 'registry', severity: 'page', audience: 'platform' };
const playedWith = (seen: Partial<Seen>, notes: readonly string[] = []): Played => ({
  seen: [{ scenario: 'a stuck relay', labels, ...seen }],
  notes,
  isComplete: notes.length === 0,
});

test('a row says what fired and resolved when, without the labels that say who is told', () => {
  const text = report([playedWith({ firedAfter: 9.96, resolvedAfter: 4 })]);
  expect(text).toMatch(/a stuck relay +SignetRelayStuck\{relay="registry"\} +10\.0 s +4\.0 s/);
});

test('what did not come is MISSING, and then not everything was seen', () => {
  const never = [playedWith({})];
  expect(report(never)).toMatch(/MISSING +MISSING/);
  expect(isComplete(never)).toBe(false);
  expect(isComplete([playedWith({ firedAfter: 1 })])).toBe(false);
  expect(isComplete([playedWith({ firedAfter: 1, resolvedAfter: 1 })])).toBe(true);
});

test('something else that was amiss makes it incomplete, and is told', () => {
  const slow = [playedWith({ firedAfter: 1, resolvedAfter: 1 }, ['A scrape took 3 s.'])];
  expect(isComplete(slow)).toBe(false);
  expect(report(slow)).toContain('- A scrape took 3 s.');
});
