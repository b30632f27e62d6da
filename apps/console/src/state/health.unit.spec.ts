import { expect, test } from '@jest/globals';
import type { Webhook } from '../api/model.ts';
import { healthOf } from './health.ts';
import type { KnownCircuit, WebhookHealth } from './health.ts';

const OPEN = { state: 'open', webhookId: 'w', tenantId: 't', openings: 1, openedAt: null, nextProbeAt: null } as const;
const HALF_OPEN = { ...OPEN, state: 'half_open' } as const;
const webhook = (consecutiveFailures: number, disabledReason: Webhook['disabledReason'] = null) => ({
  isActive: disabledReason === null,
  consecutiveFailures,
  disabledReason,
});

test.each<[ReturnType<typeof webhook>, KnownCircuit, WebhookHealth]>([
  [webhook(0), 'closed', 'active'],
  [webhook(0), 'loading', 'active'],
  [webhook(0), 'unknown', 'unknown'],
  [webhook(2), 'closed', 'failing'],
  [webhook(2), 'unknown', 'failing'],
  [webhook(2), { ...OPEN, state: 'closed' }, 'failing'],
  [webhook(2), HALF_OPEN, 'held_back'],
  [webhook(2), OPEN, 'held_back'],
  [webhook(10, 'failing'), OPEN, 'disabled_automatically'],
  [webhook(1, 'gone'), 'unknown', 'disabled_automatically'],
  [webhook(0, 'manual'), 'closed', 'disabled'],
])('%j with the circuit %j is %s', (judged, circuit, expected) => {
  expect(healthOf(judged, circuit)).toBe(expected);
  expect(healthOf(judged, circuit, 'suspended')).toBe('suspended');
});
