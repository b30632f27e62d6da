import { expect, test } from '@jest/globals';
import { SERVICES } from '../../dev/gateway/gateway-routes.ts';
import { inPlace, rollSteps } from './roll-steps.policy.ts';
import type { RollStrategy } from './roll-steps.policy.ts';
import { deployedStrategy } from './strategy.ts';

const strategy = (replicas: number, maxSurge: number, maxUnavailable: number): RollStrategy => ({
  replicas,
  maxSurge,
  maxUnavailable,
  minReadySeconds: 0,
  graceSeconds: 30,
});

test.each([
  ['one more comes before an old one goes', strategy(2, 1, 0), 'start end start end'],
  ['an old one goes before a new one comes', strategy(2, 0, 1), 'end start end start'],
  ['both at once', strategy(3, 2, 1), 'start start end start end end'],
  ['all go where all may be missing', strategy(2, 0, 2), 'end start end start'],
])('%s', (_what, given, steps) => {
  expect(rollSteps(given).join(' ')).toBe(steps);
});

test('at no step are there more or fewer than may be', () => {
  for (const [replicas, maxSurge, maxUnavailable] of [
    [2, 1, 0],
    [5, 2, 1],
    [3, 0, 1],
    [4, 3, 4],
  ] as const) {
    let running = replicas;
    const steps = rollSteps(strategy(replicas, maxSurge, maxUnavailable));
    for (const step of steps) {
      running += step === 'start' ? 1 : -1;
      expect(running).toBeLessThanOrEqual(replicas + maxSurge);
      expect(running).toBeGreaterThanOrEqual(replicas - maxUnavailable);
    }
    expect(steps.filter((step) => step === 'start')).toHaveLength(replicas);
    expect(running).toBe(replicas);
  }
});

test('a strategy that lets nothing move is refused', () => {
  expect(() => rollSteps(strategy(2, 0, 0))).toThrow('no replica can be replaced');
});

test('the manifests have two replicas of each service, and a new one comes before an old one goes', () => {
  for (const service of SERVICES) {
    const deployed = deployedStrategy(service);
    expect({ service, ...deployed }).toMatchObject({ service, replicas: 2, graceSeconds: 30 });
    expect(rollSteps(deployed)).toEqual(['start', 'end', 'start', 'end']);
    expect(rollSteps(inPlace(deployed))).toEqual(['end', 'start', 'end', 'start']);
  }
});
