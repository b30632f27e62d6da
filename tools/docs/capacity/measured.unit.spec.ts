import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../bench/arguments.ts';
import { costOf, PROCESSES } from './cost.ts';
import { benchFile, EMPTY_DAY, FULL_DAY } from './measured.ts';
import type { Measurement } from './measured.ts';

describe.each([EMPTY_DAY, FULL_DAY])('$file', (measurement: Measurement) => {
  const file = benchFile(measurement);

  test('was measured with the command that the page shows', () => {
    const shown = readArguments(measurement.arguments.split(' '));
    expect(file.arguments).toEqual(JSON.parse(JSON.stringify(shown)));
  });

  test('has lost no delivery and no scenario', () => {
    expect(file.failures).toEqual([]);
    for (const { ledger } of file.outcomes) expect(ledger.missing).toBe(0);
  });

  test('has the CPU of every process', () => {
    const { cpuSeconds } = costOf(file, 'kafka');
    for (const process of PROCESSES) expect(cpuSeconds[process]).toBeGreaterThan(0);
  });
});

test('the bytes that a delivery stores do not depend on the deliveries before it; the bytes that it writes do', () => {
  const begun = costOf(benchFile(EMPTY_DAY), 'kafka');
  const filled = costOf(benchFile(FULL_DAY), 'kafka');
  expect(filled.walBytes).toBeGreaterThan(2 * begun.walBytes);
  expect(filled.writes).toBeGreaterThan(begun.writes);
});

test('a file that was measured without --storage is refused with a sentence', () => {
  const file = benchFile(EMPTY_DAY);
  const bare = { ...file, outcomes: file.outcomes.map((outcome) => ({ ...outcome, figures: [] })) };
  expect(() => costOf(bare, 'kafka')).toThrow('measure with --storage');
  expect(() => costOf(file, 'crash')).toThrow('no CPU of the scenario crash');
});
