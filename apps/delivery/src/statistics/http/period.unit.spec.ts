import { expect, test } from '@jest/globals';
import { periodOf } from './period.policy.ts';
import type { AskedPeriod } from './period.policy.ts';

const NOW = Date.parse('2026-11-23T20:05:26.164Z');
const asked = (period: AskedPeriod) => {
  const found = periodOf(period, NOW);
  if ('rule' in found) return { field: found.field, rule: found.rule };
  const { from, to, bucket } = found;
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), bucket };
};
const at = (time: string): Date => new Date(time);

test('each range is divided into buckets of its own length, the last of which is under way', () => {
  expect(asked({ range: '1h' })).toEqual({
    from: '2026-11-23T19:06:00.000Z',
    to: '2026-11-23T20:06:00.000Z',
    bucket: '1m',
  });
  const day = { from: '2026-11-22T21:00:00.000Z', to: '2026-11-23T21:00:00.000Z', bucket: '1h' };
  expect(asked({ range: '24h' })).toEqual(day);
  expect(asked({})).toEqual(day);
  expect(asked({ range: '7d' })).toEqual({ ...day, from: '2026-11-16T21:00:00.000Z' });
  expect(asked({ range: '30d' })).toEqual({
    from: '2026-10-25T00:00:00.000Z',
    to: '2026-11-24T00:00:00.000Z',
    bucket: '1d',
  });
});

test('other bounds are widened to whole buckets', () => {
  const [from, to] = [at('2026-11-23T10:20:30Z'), at('2026-11-23T12:00:00Z')];
  expect(asked({ from, to })).toEqual({
    from: '2026-11-23T10:20:00.000Z',
    to: '2026-11-23T12:00:00.000Z',
    bucket: '1m',
  });
  expect(asked({ from, to, bucket: '1h' })).toMatchObject({ from: '2026-11-23T10:00:00.000Z' });
  expect(asked({ from, bucket: '1d' })).toMatchObject({ to: '2026-11-24T00:00:00.000Z' });
});

test('an hour of last week has no minutes any more, so it is given as an hour', () => {
  const [from, to] = [at('2026-11-17T10:00:00Z'), at('2026-11-17T11:00:00Z')];
  expect(asked({ from, to })).toMatchObject({ bucket: '1h' });
  expect(asked({ from, to, bucket: '1m' })).toEqual({ field: 'bucket', rule: 'bucket_not_kept' });
});

test('what cannot be answered names the field and the rule', () => {
  expect(asked({ from: at('2026-11-23T10:00:00Z'), to: at('2026-11-23T10:00:00Z') })).toEqual({
    field: 'to',
    rule: 'to_not_after_from',
  });
  expect(asked({ range: '24h', bucket: '1m' })).toEqual({ field: 'bucket', rule: 'too_many_buckets' });
  expect(asked({ from: at('2026-09-01T00:00:00Z') })).toEqual({ field: 'from', rule: 'too_old' });
});
