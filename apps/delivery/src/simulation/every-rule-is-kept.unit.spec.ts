import { expect, test } from '@jest/globals';
import { webhookDecider } from '../../../registry/src/webhook/domain/webhook.decider.ts';
import { findMutation, MUTATIONS } from './mutations/find-mutations.ts';
import { simulate } from './simulation.ts';
import type { RegistryRules } from './world/registry-side.ts';

const registry = webhookDecider as unknown as RegistryRules;

test('five hundred worlds keep every rule', () => {
  const broken = Array.from({ length: 500 }, (_, index) => simulate(index + 1, registry)).filter((run) => run.broken);
  expect(broken).toEqual([]);
});

test('a seed tells the same story each time, and another seed another one', () => {
  const [first, again, other] = [7, 7, 8].map((seed) => simulate(seed, registry, true).story);
  expect(first!.length).toBeGreaterThan(50);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

// `npm run simulate -- --mutations` looks for all of them.
test.each([
  ['a failure counts twice against the circuit', 'circuits'],
  ['what another replica has on the wire is not held', 'one POST at a time'],
  ['parked deliveries are forgotten', 'nothing is lost'],
  ['a delivery that is leased before its storing is known is not tried', 'nothing is forgotten'],
])('if %s, a rule is broken, and none afterwards', (name, rule) => {
  const mutation = MUTATIONS.find((one) => one.name === name);
  const { by } = findMutation(mutation!, 500, registry);
  expect(by?.rule).toBe(rule);
  expect(simulate(by!.seed, registry).broken).toBeNull();
});
