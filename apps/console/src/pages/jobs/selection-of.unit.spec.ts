import { expect, test } from '@jest/globals';
import type { FailureGroup } from '../../api/model.ts';
import { choicesOf, isSinceEver, selectionOfGroup, selectionOfList, whyNoJob } from './selection-of.ts';

const NOW = new Date('2026-11-23T20:05:26.164Z');
const FILTERS = {
  status: 'FAILED',
  tenantId: undefined,
  webhookId: '',
  eventType: '',
  created: {},
  others: [],
} as const;
const GROUP = {
  tenantId: 'antwerp-jewels',
  webhookId: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
  errorClass: 'http_status',
  firstCreatedAt: '2026-11-23T18:00:03.210Z',
  lastCreatedAt: '2026-11-23T20:05:26.164Z',
} as FailureGroup;

test('a list without filters of time selects everything up to now', () => {
  const selection = selectionOfList(FILTERS, NOW);
  expect(selection).toEqual({ status: 'FAILED', since: '1970-01-01T00:00:00.000Z', until: NOW.toISOString() });
  expect(isSinceEver(selection)).toBe(true);
});

test('the filters of a list are those of its job', () => {
  const created = { after: '2026-11-23T18:00:00Z', before: '2026-11-23T19:00:00Z' };
  const { tenantId, webhookId } = GROUP;
  const filters = { ...FILTERS, tenantId, webhookId, eventType: 'sale.created', created };
  expect(selectionOfList(filters, NOW)).toEqual({
    status: 'FAILED',
    tenantId,
    webhookId,
    eventType: 'sale.created',
    since: created.after,
    until: created.before,
  });
});

test.each([
  ['retry', FILTERS, undefined],
  ['delete', { ...FILTERS, status: 'SUCCESS' }, undefined],
  ['retry', { ...FILTERS, status: undefined }, 'Filter by the status Failed first.'],
  ['delete', { ...FILTERS, status: undefined }, 'Filter by a status first.'],
  ['retry', { ...FILTERS, status: 'RETRYING' }, 'Only failed deliveries can be retried together.'],
  [
    'delete',
    { ...FILTERS, others: ['search', 'subject'] },
    'A job cannot select by search or subject: clear this filter first.',
  ],
] as const)('whether a list can be the selection of a job: %s, case %#', (action, filters, why) =>
  expect(whyNoJob(action, filters)).toBe(why),
);

test('the selection of a group ends behind its last delivery, and names the tenant for an operator', () => {
  expect(selectionOfGroup(GROUP, 'FAILED', false)).toEqual({
    status: 'FAILED',
    webhookId: GROUP.webhookId,
    errorClass: 'http_status',
    since: GROUP.firstCreatedAt,
    until: '2026-11-23T20:05:26.165Z',
  });
  expect(selectionOfGroup(GROUP, 'RETRYING', true)).toMatchObject({ status: 'RETRYING', tenantId: 'antwerp-jewels' });
});

test.each([
  ['retry', { failed: 2, waiting: 1 }, ['2 deliveries that failed FAILED']],
  ['delete', { failed: 2, waiting: 0 }, ['2 deliveries that failed FAILED']],
  ['delete', { failed: 0, waiting: 1 }, ['1 delivery that waits to be tried again RETRYING']],
  [
    'delete',
    { failed: 2, waiting: 3 },
    ['2 deliveries that failed FAILED', '3 deliveries that wait to be tried again RETRYING'],
  ],
] as const)('what of a group a job may be for: %s, %j', (action, numbers, choices) =>
  expect(
    choicesOf({ ...GROUP, ...numbers }, action, false).map(({ name, selection }) => `${name} ${selection.status}`),
  ).toEqual(choices),
);
