import { describe, expect, test } from '@jest/globals';
import { specify } from '@signet/testing';
import {
  at,
  disabled,
  enabledAt,
  failuresOf,
  moment,
  outcome,
  record,
  recorded,
  registered,
  row,
  stateOf,
  success,
  summary,
} from '../../testing/outcome-examples.ts';
import { webhookDecider } from './webhook.decider.ts';

const webhook = specify(webhookDecider);

describe('healthy traffic', () => {
  test('appends nothing', () =>
    webhook
      .given(registered)
      .when(record(success('a', [1, 2]), success('b', [2, 3])))
      .then());
  test('a failure with a success after it in the same batch leaves no event', () =>
    webhook
      .given(registered)
      .when(record(...row(2), success('s', [40, 41])))
      .then());
  test('but an alert between them does', () => {
    const events = recorded([registered], [...row(3), success('s', [60, 61])]).slice(1);
    expect(summary(events)).toEqual(['AttemptFailed', 'AttemptFailed', 'AttemptFailed', 'alert 3', 'Recovered']);
  });
});

describe('failures in a row', () => {
  test('a failure is recorded with its details', () =>
    webhook
      .given(registered)
      .when(record(outcome('d', [1, 2])))
      .then({
        type: 'WebhookAttemptFailed',
        data: {
          deliveryId: 'd',
          attempt: 1,
          startedAt: moment(1),
          endedAt: moment(2),
          statusCode: 500,
          errorClass: 'http_status',
          at,
        },
      }));
  test('alerts come at exactly 3, 5 and 10, and the 10th disables', () => {
    const oneByOne = recorded([registered], ...row(12).map((failure) => [failure]));
    expect(summary(oneByOne.slice(1))).toEqual([
      'AttemptFailed',
      'AttemptFailed',
      'AttemptFailed',
      'alert 3',
      'AttemptFailed',
      'AttemptFailed',
      'alert 5',
      'AttemptFailed',
      'AttemptFailed',
      'AttemptFailed',
      'AttemptFailed',
      'AttemptFailed',
      'alert 10',
      'Disabled',
    ]);
    expect(stateOf(oneByOne)).toMatchObject({ isActive: false });
  });
  test('one batch or twelve lead to the same events', () =>
    expect(recorded([registered], row(12))).toEqual(recorded([registered], ...row(12).map((failure) => [failure]))));
  test('the disabling says why', () =>
    webhook
      .given(...recorded([registered], row(9)))
      .when(record(...row(1, 10)))
      .thenState((state) => expect(state).toMatchObject({ isActive: false })));
  test('a success resets the count to 0, so nine, a success and nine more disable nothing', () => {
    const events = recorded([registered], row(9), [success('s', [110, 111])], row(9, 12));
    expect(failuresOf(events)).toBe(9);
    expect(stateOf(events)).toMatchObject({ isActive: true });
    expect(summary(events).filter((name) => name.startsWith('alert'))).toEqual([
      'alert 3',
      'alert 5',
      'alert 3',
      'alert 5',
    ]);
  });
  test('limits are settings', () => {
    const strict = { ...record(...row(2)), rules: { disableAfter: 2, alertOn: [1] } };
    webhook
      .given(registered)
      .when(strict)
      .thenState((state) => expect(state).toMatchObject({ isActive: false }));
  });
  test('a replay counts as a message does', () =>
    expect(failuresOf(recorded([registered], [outcome('r', [1, 2], { kind: 'replay' })]))).toBe(1));
});

describe('disabled and enabled', () => {
  test('an outcome that arrives while the webhook is disabled does not count', () =>
    webhook
      .given(registered, disabled)
      .when(record(...row(3), success('s', [90, 91])))
      .then());
  test('enabling starts again from 0', () => {
    const events = [...recorded([registered], row(10)), enabledAt(1000)];
    expect(failuresOf(events)).toBe(0);
    const again = recorded(events, row(3, 101));
    expect(summary(again.slice(-4))).toEqual(['AttemptFailed', 'AttemptFailed', 'AttemptFailed', 'alert 3']);
  });
  test('an attempt that started before the enabling does not count after it', () =>
    webhook
      .given(registered, disabled, enabledAt(100))
      .when(record(outcome('old', [99, 101])))
      .then());
  test('410 Gone disables at once', () => {
    const events = recorded([registered], [outcome('g', [1, 2], { statusCode: 410, errorClass: 'gone' })]);
    expect(summary(events)).toEqual(['Registered', 'AttemptFailed', 'Disabled']);
    expect(events.at(-1)).toMatchObject({ data: { reason: 'gone' } });
  });
  test('410 Gone disables even when it overlaps a counted failure', () => {
    const gone = outcome('g', [5, 11], { statusCode: 410, errorClass: 'gone' });
    expect(summary(recorded([registered], [outcome('a', [1, 10])], [gone]))).toEqual([
      'Registered',
      'AttemptFailed',
      'Disabled',
    ]);
  });
  test('a 410 from before the enabling does not disable again', () => {
    const gone = outcome('g', [1, 2], { statusCode: 410, errorClass: 'gone' });
    webhook
      .given(...recorded([registered], [gone]), enabledAt(100))
      .when(record(gone))
      .then();
  });
  test('the 10th failure that is a 410 disables once', () => {
    const gone = outcome('g', [200, 201], { errorClass: 'gone' });
    expect(summary(recorded([registered], row(9), [gone]).slice(-3))).toEqual([
      'AttemptFailed',
      'alert 10',
      'Disabled',
    ]);
  });
});

describe('what says nothing about the receiver', () => {
  test.each([{ kind: 'test' }, { cause: 'person' }] as const)(
    'a failure of what a person asked for does not count, but a success does: %j',
    (asked) => {
      webhook
        .given(registered)
        .when(record(outcome('t', [1, 2], asked)))
        .then();
      const failing = recorded([registered], row(2));
      expect(recorded(failing, [{ ...success('t', [90, 91]), ...asked }]).at(-1)).toMatchObject({
        type: 'WebhookRecovered',
        data: { failures: 2 },
      });
    },
  );
  test('a failed probe counts', () =>
    expect(recorded([registered], [outcome('p', [1, 2], { cause: 'probe' })]).at(-1)).toMatchObject({
      type: 'WebhookAttemptFailed',
    }));
  test.each(['disabled', 'deleted', 'tenant_suspended'])(
    'a delivery that was not sent (%s) does not count',
    (errorClass) =>
      webhook
        .given(registered)
        .when(record(outcome('n', [1, 2], { errorClass })))
        .then(),
  );
  test('a fault of the platform does not count', () =>
    webhook
      .given(registered)
      .when(record(outcome('p', [1, 2], { fault: 'platform' })))
      .then());
  test('an outcome of a webhook that does not exist is ignored', () => {
    webhook
      .given()
      .when(record(...row(3)))
      .then();
    webhook
      .given(registered, { type: 'WebhookDeleted', data: { at } })
      .when(record(...row(3)))
      .then();
  });
});
