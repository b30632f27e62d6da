import { describe, expect, test } from '@jest/globals';
import { isSteady, limitOf } from '../limit-rounds.ts';
import type { Limit } from '../limit-rounds.ts';
import { isMet, ofLimit, report } from './report.ts';
import type { DriverResult, Figure } from './result.ts';

const limit: Limit = { perSecond: 20_000, cpuSecondsPer1000: 0.05, rounds: [20_400, 19_600] };
const rate: Figure = {
  name: 'delivered a second',
  value: 5_000,
  digits: 0,
  comparison: 'rate',
  target: { relation: '≥', value: 2_500 },
};
const cpu: Figure = {
  name: 'CPU',
  value: 0.6,
  digits: 3,
  comparison: 'cpu',
  target: { relation: '≤', value: 0.4 },
};
const result: DriverResult = {
  kind: 'result',
  outcomes: [
    {
      scenario: 'kafka',
      figures: [rate, cpu],
      ledger: { sent: 1_000, accepted: 1_000, expected: 1_000, once: 998, repeated: 1, missing: 1 },
      cpu: {
        spent: { parts: { delivery: 0.4, kafka: 0.2 }, driver: 0.1, receiver: 0.05, others: 0 },
        deliveries: 1_000,
      },
      notes: [],
    },
  ],
  failures: [],
  memory: { delivery: 150 * 1_048_576, kafka: 500 * 1_048_576 },
  unseen: ['gateway', 'registry', 'ingestion', 'supervisor', 'postgres'],
  profiles: [],
  costs: [],
};

describe('a figure stands beside its target and the limit of the same run', () => {
  test('a rate is a share of the raw rate, CPU a multiple of the raw cost', () => {
    expect([ofLimit(rate, limit), ofLimit(cpu, limit)]).toEqual(['25.0 %', '12.0 ×']);
  });

  test('a target is met, not met, or not measured', () => {
    expect([isMet(rate), isMet(cpu), isMet({ ...rate, value: Number.NaN })]).toEqual([true, false, undefined]);
  });
});

test('the report names figures, processes, ledger and what could not be seen', () => {
  const text = report(limit, result);
  expect(text).toMatch(/kafka +delivered a second +5,000 +≥ 2,500 +met +25\.0 %/);
  expect(text).toMatch(/0\.600 +≤ 0\.4 +NOT met +12\.0 ×/);
  expect(text).toMatch(/kafka +0\.400 +0\.200 +0\.600 +0\.100 +0\.050 +0\.000/);
  expect(text).toMatch(/kafka +1,000 +1,000 +1,000 +998 +1 +1/);
  expect(text).toContain('not counted: gateway, registry');
});

test('the tables of profiled processes follow, with the folder in which the profiles are', () => {
  const profile = { part: 'kafka', folder: '.tmp/profiles/kafka', tables: ['delivery: busy'], notes: ['no gateway'] };
  const text = report(limit, { ...result, profiles: [profile] });
  expect(text).toMatch(
    /kafka: profiles and flame graphs are in \.tmp\/profiles\/kafka\n\ndelivery: busy\n\nno gateway/,
  );
});

test('what a message and a second cost is said of each measured part, by the messages of its scenario', () => {
  const costs = { part: 'kafka', seconds: 2, costs: { delivery: { 'Kafka: fetch': 40 } }, notes: [] } as const;
  const text = report(limit, { ...result, costs: [costs] });
  expect(text).toContain('kafka: 1,000 messages, 999 deliveries in 2.0 s');
  expect(text).toMatch(/Kafka: fetch +40/);
});

test('without /proc it says so', () => {
  const unseen = ['registry', 'ingestion', 'delivery', 'gateway', 'supervisor', 'postgres', 'kafka'] as const;
  expect(report(limit, { ...result, unseen })).toContain('no /proc');
});

test('a limit that moved during the run is a warning in the report', () => {
  const round = (perSecond: number) => ({ kind: 'limit' as const, perSecond, cpuSecondsPer1000: 0.05, requests: 1 });
  expect(isSteady(limitOf([round(20_000), round(19_000)]))).toBe(true);
  expect(report(limitOf([round(20_000), round(10_000)]), undefined)).toContain(
    '20,000 before the scenarios, 10,000 after',
  );
  expect(report(limit, result)).not.toContain('not quiet');
});

test('a scenario that could not be run is named beside the results of the others', () => {
  const text = report(limit, { ...result, failures: [{ scenario: 'crash', reason: 'nothing to kill' }] });
  expect(text).toContain('crash could not be run to its end: nothing to kill');
  expect(text).toContain('delivered a second');
});
