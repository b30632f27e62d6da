import type { AttemptOutcome } from '../webhook/domain/webhook-outcomes.decider.ts';
import { webhookDecider } from '../webhook/domain/webhook.decider.ts';
import type { WebhookEvent } from '../webhook/domain/webhook.events.ts';
import type { Webhook } from '../webhook/domain/webhook.state.ts';

export const rules = { disableAfter: 10, alertOn: [3, 5, 10] };
export const at = '2026-01-15T13:00:00.000Z';
/** The moment `seconds` after noon. */
export const moment = (seconds: number): string => new Date(Date.UTC(2026, 0, 15, 12, 0, seconds)).toISOString();

export const registered: WebhookEvent = {
  type: 'WebhookRegistered',
  data: {
    tenantId: 't1',
    settings: {
      name: 'Orders',
      description: null,
      url: 'https://shop.example/hook',
      events: ['sale.created'],
      headers: {},
      maxAttempts: null,
      requestTimeoutMs: null,
      rateLimitPerSecond: null,
      ordering: 'none',
    },
    sealedSecret: 's1',
    createdBy: 'key',
    at: moment(0),
  },
};
export const disabled: WebhookEvent = { type: 'WebhookDisabled', data: { reason: 'manual', detail: null, at } };
export const enabledAt = (seconds: number): WebhookEvent => ({ type: 'WebhookEnabled', data: { at: moment(seconds) } });

export const outcome = (
  name: string,
  [start, end]: readonly [number, number],
  more: Partial<AttemptOutcome> = {},
): AttemptOutcome => ({
  deliveryId: name,
  attempt: 1,
  kind: 'message',
  outcome: 'failed',
  startedAt: moment(start),
  endedAt: moment(end),
  statusCode: 500,
  errorClass: 'http_status',
  fault: 'receiver',
  ...more,
});
export const success = (name: string, span: readonly [number, number]): AttemptOutcome =>
  outcome(name, span, { outcome: 'succeeded', statusCode: 204, errorClass: null, fault: 'none' });
/** Failures one after the other: the n-th runs from second 10n to 10n + 5. */
export const row = (count: number, from = 1): AttemptOutcome[] =>
  Array.from({ length: count }, (_, index) => {
    const n = from + index;
    return outcome(`f${n}`, [10 * n, 10 * n + 5]);
  });
export const record = (...outcomes: AttemptOutcome[]) => ({ type: 'RecordOutcomes', outcomes, rules, at }) as const;

/** The stream after recording these outcomes; it begins with `events`. */
export const recorded = (events: WebhookEvent[], ...batches: AttemptOutcome[][]): WebhookEvent[] => {
  const stream = [...events];
  for (const batch of batches) {
    const state = stream.reduce<Webhook>(webhookDecider.evolve, webhookDecider.initialState());
    stream.push(...webhookDecider.decide(record(...batch), state));
  }
  return stream;
};
export const stateOf = (events: WebhookEvent[]): Webhook =>
  events.reduce<Webhook>(webhookDecider.evolve, webhookDecider.initialState());
export const failuresOf = (events: WebhookEvent[]): number => {
  const state = stateOf(events);
  return state.status === 'live' ? state.failures.length : -1;
};
export const summary = (events: WebhookEvent[]): string[] =>
  events.map((event) =>
    event.type === 'WebhookFailureAlertRaised' ? `alert ${event.data.failures}` : event.type.replace('Webhook', ''),
  );
