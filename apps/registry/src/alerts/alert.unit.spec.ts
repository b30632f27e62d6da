import { describe, expect, test } from '@jest/globals';
import { eventTypeByName } from '@signet/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  at,
  disabled,
  enabledAt,
  moment,
  outcome,
  recorded,
  registered,
  row,
  success,
} from '../testing/outcome-examples.ts';
import type { WebhookEvent } from '../webhook/domain/webhook.events.ts';
import type { Alert } from './alert.ts';
import { alertsOf } from './alert.ts';

const ID = '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11';
const placed = (events: readonly WebhookEvent[]) => events.map((event, index) => ({ ...event, version: index + 1 }));
const everyAlertOf = (events: readonly WebhookEvent[]): Alert[] => {
  const stream = placed(events);
  return alertsOf(ID, stream, new Set(stream.map(({ version }) => version)));
};
const told = (events: readonly WebhookEvent[]) =>
  everyAlertOf(events).map(({ type, data }) => `${type} ${data.consecutiveFailures}`);

describe('alerts', () => {
  test('are raised at the 3rd and 5th failure in a row, and once for the disabling at the 10th', () =>
    expect(told(recorded([registered], row(12)))).toEqual([
      'webhook.failing 3',
      'webhook.failing 5',
      'webhook.disabled 10',
    ]));
  test('report 410 Gone as a disabling', () => {
    const [alert] = everyAlertOf(
      recorded([registered], [outcome('g', [1, 2], { statusCode: 410, errorClass: 'gone' })]),
    );
    expect(alert).toMatchObject({
      type: 'webhook.disabled',
      tenantId: 't1',
      webhookId: ID,
      at,
      data: {
        webhookId: ID,
        name: 'Orders',
        url: 'https://shop.example/hook',
        reason: 'gone',
        lastFailure: { deliveryId: 'g', attempt: 1, statusCode: 410, errorClass: 'gone', endedAt: moment(2) },
      },
    });
  });
  test('report a recovery only after an alert', () => {
    expect(told(recorded([registered], row(2), [success('s', [60, 61])]))).toEqual([]);
    expect(told(recorded([registered], row(4), [success('s', [60, 61]), success('t', [62, 63])]))).toEqual([
      'webhook.failing 3',
      'webhook.recovered 4',
    ]);
  });
  test('are not raised when a person disables or enables; the first success after that is the recovery', () => {
    expect(told([registered, disabled, enabledAt(100)])).toEqual([]);
    const enabled = [...recorded([registered], row(10)), enabledAt(200)];
    expect(told(enabled).at(-1)).toBe('webhook.disabled 10');
    const late = success('on the wire when it was enabled', [190, 210]);
    const events = recorded(enabled, [late], [success('s', [201, 202])], [success('t', [203, 204])]);
    expect(told(events).slice(3)).toEqual(['webhook.recovered 0']);
  });
  test('are computed for the given versions, and their ids come from the version', () => {
    const stream = placed(recorded([registered], row(5)));
    const all = everyAlertOf(stream);
    const third = stream.find(({ type }) => type === 'WebhookFailureAlertRaised');
    expect(alertsOf(ID, stream, new Set([third?.version ?? 0]))).toEqual([all[0]]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(everyAlertOf([...stream, { type: 'WebhookDeleted', data: { at } }])).toEqual(all);
  });
  test('fit their types in the catalogue', () => {
    const events = recorded([registered], row(10));
    const all = everyAlertOf(recorded([...events, enabledAt(200)], [success('s', [201, 202])]));
    expect(new Set(all.map(({ type }) => type)).size).toBe(3);
    for (const { type, data } of all) {
      const { schema, example } = eventTypeByName(type)!;
      expect(new Ajv2020({ strict: true, allowUnionTypes: true }).validate(schema, data)).toBe(true);
      expect(Object.keys(data).toSorted()).toEqual(Object.keys(example).toSorted());
    }
  });
});
