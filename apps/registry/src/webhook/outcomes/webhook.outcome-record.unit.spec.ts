import { describe, expect, test } from '@jest/globals';
import { readOutcome } from './webhook.outcome-record.ts';

const id = '0198d1a0-0000-7000-8000-000000000001';
const usual = {
  deliveryId: id,
  webhookId: id,
  tenantId: 't1',
  eventId: id,
  eventType: 'sale.created',
  kind: 'message',
  attempt: 1,
  outcome: 'succeeded',
  deliveryStatus: 'SUCCESS',
  startedAt: '2026-01-15T12:00:00.000Z',
  endedAt: '2026-01-15T12:00:00.120Z',
  statusCode: 200,
  errorClass: null,
  fault: 'none',
  nextAttemptAt: null,
};
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('a record of delivery.outcomes.v1', () => {
  test('in its usual form is read', () => expect(readOutcome(bytes(usual))).toEqual(usual));
  test('with times and ids in another notation is brought into the usual form', () =>
    expect(
      readOutcome(bytes({ ...usual, webhookId: id.toUpperCase(), endedAt: '2026-01-15T12:00:01Z' })),
    ).toMatchObject({ webhookId: id, endedAt: '2026-01-15T12:00:01.000Z' }));
  test('that is not JSON gets that reason', () =>
    expect(readOutcome(Buffer.from('{'))).toMatchObject({ reason: 'not_json' }));
  test('without a value gets that reason', () => expect(readOutcome(null)).toMatchObject({ reason: 'no_value' }));
  test.each([
    ['webhookId', 'x'],
    ['attempt', 0.5],
    ['outcome', 'maybe'],
    ['endedAt', 'yesterday'],
    ['endedAt', '2026-01-99T12:00:00.000Z'],
    ['startedAt', '0000-01-01T00:00:00.000Z'],
    ['errorClass', 'http\u0000status'],
    ['statusCode', 'OK'],
    ['kind', undefined],
  ])('names the field that is wrong: %s', (field, value) =>
    expect(readOutcome(bytes({ ...usual, [field]: value }))).toMatchObject({ reason: 'schema', field }),
  );
  test('with an error class that is newer than this code is read', () =>
    expect(readOutcome(bytes({ ...usual, errorClass: 'bad_luck' }))).toMatchObject({ errorClass: 'bad_luck' }));
});
