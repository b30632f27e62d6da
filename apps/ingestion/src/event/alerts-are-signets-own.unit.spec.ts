import { expect, test } from '@jest/globals';
import { EVENT_TYPES, PRODUCER_EVENT_TYPES, isOwnDomain } from '@signet/contracts';
import { checkEvent } from './event-rules.ts';
import type { EventContext } from './event-rules.ts';

const context: EventContext = {
  now: Date.parse('2026-03-01T10:00:00Z'),
  receivedAt: Date.parse('2026-03-01T10:00:00Z'),
  retentionMs: 86_400_000,
  maxBytes: 262_144,
  defaultTenant: undefined,
  maySend: () => true,
  mayActFor: () => true,
  tenantExists: () => true,
};
const sent = (type: string, example: object) =>
  checkEvent(
    {
      attributes: { specversion: '1.0', id: '1', source: '/pos/1', type, tenantid: 't1' },
      data: Buffer.from(JSON.stringify(example)),
      parsed: undefined,
    },
    context,
  );
const own = EVENT_TYPES.filter(({ domain }) => isOwnDomain(domain));

test('there are alerts in the catalogue', () => expect(own).toHaveLength(3));

test.each(own)('$name from outside is refused', ({ name, example }) =>
  expect(sent(name, example)).toMatchObject({ reason: 'reserved_event_type', field: 'type' }),
);

test.each(PRODUCER_EVENT_TYPES)('$name is accepted', ({ name, example }) =>
  expect(sent(name, example)).toMatchObject({ type: name, tenantId: 't1' }),
);
