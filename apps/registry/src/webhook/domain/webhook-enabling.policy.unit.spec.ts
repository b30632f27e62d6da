import { describe, expect, test } from '@jest/globals';
import { specify } from '@signet/testing';
import { at, moment, recorded, registered, row } from '../../testing/outcome-examples.ts';
import type { EnableIfDisabledAutomatically } from './webhook-enabling.policy.ts';
import { sentenceOf } from './webhook.history.ts';
import { webhookDecider } from './webhook.decider.ts';
import type { DisabledReason, WebhookEvent } from './webhook.events.ts';

const webhook = specify(webhookDecider);
const together = { enablingId: 'job', reason: 'NAT was down' };
const enable = (more: Partial<EnableIfDisabledAutomatically> = {}): EnableIfDisabledAutomatically => ({
  type: 'EnableIfDisabledAutomatically',
  disabledAfter: moment(100),
  disabledBefore: moment(200),
  disabledReason: null,
  together,
  replayMissedFor: null,
  at,
  ...more,
});
const disabledAt = (second: number, reason: DisabledReason = 'failing'): WebhookEvent => ({
  type: 'WebhookDisabled',
  data: { reason, detail: null, at: moment(second) },
});
const enabled: WebhookEvent = { type: 'WebhookEnabled', data: { at, together } };

describe('enabling many webhooks together', () => {
  test.each([
    { second: 99, isMeant: false },
    { second: 100, isMeant: true },
    { second: 199, isMeant: true },
    { second: 200, isMeant: false },
  ])('of a webhook disabled in second $second of 100 to 200: $isMeant', ({ second, isMeant }) =>
    webhook
      .given(registered, disabledAt(second))
      .when(enable())
      .then(...(isMeant ? [enabled] : [])),
  );
  test.each([
    { reason: 'manual', asked: null, isMeant: false },
    { reason: 'gone', asked: null, isMeant: true },
    { reason: 'gone', asked: 'failing', isMeant: false },
    { reason: 'failing', asked: 'failing', isMeant: true },
  ] as const)('of one disabled as $reason where $asked is asked for: $isMeant', ({ reason, asked, isMeant }) =>
    webhook
      .given(registered, disabledAt(150, reason))
      .when(enable({ disabledReason: asked }))
      .then(...(isMeant ? [enabled] : [])),
  );
  test('ignores a webhook that is enabled, does not exist yet or is deleted', () => {
    webhook.given(registered).when(enable()).then();
    webhook.given(registered, disabledAt(150), enabled).when(enable()).then();
    webhook.given().when(enable()).then();
    webhook.given(registered, disabledAt(150), { type: 'WebhookDeleted', data: { at } }).when(enable()).then();
  });
  test('a webhook that was disabled again is judged by the last time', () =>
    webhook.given(registered, disabledAt(150), enabled, disabledAt(300)).when(enable()).then());
  test('requests the replay of the messages since it was disabled', () =>
    webhook
      .given(registered, disabledAt(150))
      .when(enable({ replayMissedFor: 'key' }))
      .then({
        type: 'WebhookEnabled',
        data: { at, replayMissed: { since: moment(150), requestedBy: 'key' }, together },
      }));
  test('failures in a row count from 0 again', () => {
    const failed = recorded([registered], row(10));
    const [event] = webhookDecider.decide(
      enable({ disabledAfter: moment(0), disabledBefore: '2027-01-01T00:00:00.000Z' }),
      failed.reduce(webhookDecider.evolve, webhookDecider.initialState()),
    );
    const state = [...failed, event!].reduce(webhookDecider.evolve, webhookDecider.initialState());
    expect(state).toMatchObject({ isActive: true, disabledReason: null, failures: [] });
    expect(sentenceOf(event!)).toBe(
      'Enabled together with others (NAT was down); failures in a row count from 0 again.',
    );
  });
});
