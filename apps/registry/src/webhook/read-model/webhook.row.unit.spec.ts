import { describe, expect, test } from '@jest/globals';
import type { WebhookEvent } from '../domain/webhook.events.ts';
import type { WebhookRow } from './webhook.row.ts';
import { applyToRow } from './webhook.row.ts';

const at = (minute: number): string => `2026-01-15T12:0${minute}:00.000Z`;
const registered: WebhookEvent = {
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
    createdBy: 'Till (k1)',
    at: at(0),
  },
};
const failed = (deliveryId: string): WebhookEvent => ({
  type: 'WebhookAttemptFailed',
  data: { deliveryId, attempt: 1, startedAt: at(1), endedAt: at(1), statusCode: 500, errorClass: null, at: at(1) },
});
const rowAfter = (...events: WebhookEvent[]): WebhookRow | null =>
  events.reduce<WebhookRow | null>(
    (row, event, index) => applyToRow('id', row, { ...event, version: index + 1 }),
    null,
  );

describe('the row of a webhook', () => {
  test('begins with what was registered', () =>
    expect(rowAfter(registered)).toMatchObject({
      id: 'id',
      tenantId: 't1',
      name: 'Orders',
      isActive: true,
      consecutiveFailures: 0,
      secrets: [{ sealed: 's1', expiresAt: null }],
      createdBy: 'Till (k1)',
      createdAt: new Date(at(0)),
      activeSince: new Date(at(0)),
      version: 1,
    }));
  test('follows changes', () =>
    expect(
      rowAfter(registered, { type: 'WebhookUpdated', data: { changes: { name: 'Sales' }, at: at(2) } }),
    ).toMatchObject({ name: 'Sales', url: 'https://shop.example/hook', updatedAt: new Date(at(2)), version: 2 }));
  test('counts failures until a recovery', () => {
    const failing = [registered, failed('a'), failed('b')];
    expect(rowAfter(...failing)).toMatchObject({ consecutiveFailures: 2 });
    const recovered: WebhookEvent = {
      type: 'WebhookRecovered',
      data: { deliveryId: 'c', attempt: 1, endedAt: at(2), failures: 2, at: at(2) },
    };
    expect(rowAfter(...failing, recovered)).toMatchObject({ consecutiveFailures: 0 });
  });
  test('keeps the count and the reason while disabled, and begins anew when enabled', () => {
    const disabled: WebhookEvent = { type: 'WebhookDisabled', data: { reason: 'failing', detail: 'Why', at: at(3) } };
    expect(rowAfter(registered, failed('a'), disabled)).toMatchObject({
      isActive: false,
      disabledReason: 'failing',
      disabledDetail: 'Why',
      disabledAt: new Date(at(3)),
      activeSince: new Date(at(0)),
      consecutiveFailures: 1,
    });
    const enabled: WebhookEvent = { type: 'WebhookEnabled', data: { at: at(4) } };
    expect(rowAfter(registered, failed('a'), disabled, enabled)).toMatchObject({
      isActive: true,
      disabledReason: null,
      disabledDetail: null,
      disabledAt: null,
      activeSince: new Date(at(4)),
      consecutiveFailures: 0,
    });
  });
  test('ends with the deletion', () =>
    expect(rowAfter(registered, { type: 'WebhookDeleted', data: { at: at(5) } })).toBeNull());
});
