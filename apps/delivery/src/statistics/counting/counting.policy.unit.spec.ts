import { expect, test } from '@jest/globals';
import { keptAt } from '../resolutions.policy.ts';
import { groupsOf, nextToFill, restAfter, spanOf } from './counting.policy.ts';

const NOW = Date.parse('2026-11-23T20:05:26.164Z');
const kept = keptAt(NOW);
const at = (time: string): number => Date.parse(time);
const minute = (time: string) => ({ tenantId: 'antwerp', webhookId: 'w-1', minute: at(time) / 1_000 });

test('a rest is fifty times as long as the round, from five seconds to a minute', () => {
  expect([0, 4, 400, 9_000].map((ms) => restAfter(ms, false))).toEqual([5_000, 5_000, 20_000, 60_000]);
});

test('while there is more to count, the rest is short', () => {
  expect([0, 400, 60_000].map((ms) => restAfter(ms, true))).toEqual([0, 1_200, 60_000]);
});

test('deliveries are counted in the shortest buckets that are kept, each once, the longest buckets first', () => {
  const groups = groupsOf(
    [
      minute('2026-11-23T20:04:00Z'),
      minute('2026-11-23T20:04:00Z'),
      minute('2026-11-21T00:00:00Z'),
      minute('2026-11-20T23:59:00Z'),
      minute('2026-11-20T23:01:00Z'),
      minute('2026-11-14T10:00:00Z'),
      minute('2026-10-13T23:59:00Z'),
    ],
    kept,
  );
  const shown = [...groups].map(([resolution, some]) => [
    resolution,
    some.map(({ bucket }) => new Date(bucket * 1_000).toISOString()),
  ]);
  expect(shown).toEqual([
    [86_400, ['2026-11-14T00:00:00.000Z']],
    [3_600, ['2026-11-20T23:00:00.000Z']],
    [60, ['2026-11-23T20:04:00.000Z', '2026-11-21T00:00:00.000Z']],
  ]);
  expect(spanOf(groups.get(60)!, 60)).toEqual({ from: at('2026-11-21T00:00:00Z'), before: at('2026-11-23T20:05:00Z') });
});

test('old deliveries are counted hour by hour, then day by day, as far back as there are any', () => {
  const days = [
    { day: '2026-11-01', createdFrom: '2026-11-01T05:00:00.000Z', createdUntil: '2026-11-24T00:00:00.000Z' },
  ];
  const spans = [];
  let filledFrom = at('2026-11-23T21:00:00Z');
  for (let span = nextToFill(filledFrom, kept, days); span; span = nextToFill(filledFrom, kept, days)) {
    expect(span.before).toBe(filledFrom);
    spans.push(new Date(span.from).toISOString());
    filledFrom = span.from;
  }
  // 21 hours of today, 8 days of hours, and 14 days.
  expect(spans).toHaveLength(21 + 8 * 24 + 14);
  expect([spans[0], spans.at(-1)]).toEqual(['2026-11-23T20:00:00.000Z', '2026-11-01T00:00:00.000Z']);
});

test('without deliveries there is nothing to fill in, nor beyond the time for which days are kept', () => {
  expect(nextToFill(at('2026-11-23T21:00:00Z'), kept, [])).toBeNull();
  const days = [
    { day: '2026-01-01', createdFrom: '2026-01-01T05:00:00.000Z', createdUntil: '2026-01-02T00:00:00.000Z' },
  ];
  expect(nextToFill(kept.daysFrom, kept, days)).toBeNull();
});
