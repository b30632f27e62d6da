import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { OutageModel } from '../testing/simulated/outage-model.ts';
import type { OutageResult } from '../testing/simulated/outage-model.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TRAFFIC = { hour: HOUR, minute: MINUTE, second: SECOND, '10 ms': 10, day: 24 * HOUR };
const OUTAGES = { '30 s': 30 * SECOND, '10 min': 10 * MINUTE, '3 h': 3 * HOUR, '8 h': 8 * HOUR };

const cells = Object.entries(TRAFFIC).flatMap(([every, everyMs]) =>
  Object.entries(OUTAGES).map(([outage, outageMs]) => ({ every, everyMs, outage, outageMs })),
);
const guide = readFileSync(new URL('../../../../docs/guides/outages.md', import.meta.url), 'utf8');

/** As a row of the guide's table. */
function rowOf(every: string, outage: string, { alerts, disabledAfter, failed }: OutageResult): string {
  const alerted = Object.entries(alerts).map(([failures, minutes]) => `${minutes} min (${failures})`);
  const disabled = disabledAfter === null ? '–' : `${disabledAfter} min`;
  return `| ${every} | ${outage} | ${alerted.join(', ') || '–'} | ${disabled} | ${failed} |`;
}

describe.each(cells)('a message every $every, an outage of $outage', ({ every, everyMs, outage, outageMs }) => {
  const result = new OutageModel(everyMs, outageMs).run();

  test('is as the guide says', () => expect(guide.split('\n')).toContain(rowOf(every, outage, result)));

  test('disables nothing within five hours', () => {
    if (outageMs < 5 * HOUR) expect(result).toMatchObject({ disabledAfter: null, abandoned: 0 });
    else expect(result.disabledAfter ?? Number.POSITIVE_INFINITY).toBeGreaterThan(5 * 60);
  });

  test('ends no delivery but one whose own attempts were over before the circuit opened', () =>
    expect(result.failed).toBe(every === 'day' && outageMs > 81 * MINUTE ? 1 : 0));
});
