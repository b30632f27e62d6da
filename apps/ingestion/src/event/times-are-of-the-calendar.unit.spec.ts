import { expect, test } from '@jest/globals';
import { EVENT_TYPES } from '@signet/contracts';
import { checkEvent } from './event-rules.ts';

const [{ name: type, example } = { name: '', example: {} }] = EVENT_TYPES;
const now = Date.parse('2026-03-05T10:00:00Z');
const sentAt = (time: string) =>
  checkEvent(
    {
      attributes: { specversion: '1.0', id: '1', source: '/pos/1', type, tenantid: 't1', time },
      data: Buffer.from(JSON.stringify(example)),
    },
    {
      now,
      receivedAt: now,
      retentionMs: 90 * 86_400_000,
      maxBytes: 262_144,
      defaultTenant: undefined,
      maySend: () => true,
      mayActFor: () => true,
      tenantExists: () => true,
    },
  );

test.each([
  '2026-03-05T10:00:00Z',
  '2026-03-05T10:00:00.123456789Z',
  '2026-03-05t10:00:00z',
  '2026-03-05T23:00:00+23:59',
])('%s is taken as it is', (time) => expect(sentAt(time)).toMatchObject({ time }));

test.each([
  ['2026-02-29T10:00:00Z', 'a day that this February has not'],
  ['2026-03-04T24:00:00Z', 'an hour that no day has'],
  ['2026-03-04T10:00:61Z', 'a second that no minute has'],
  ['2026-03-04 10:00:00Z', 'a space'],
  ['2026-03-04T10:00:00', 'no offset'],
])('%s is refused: %s', (time) => expect(sentAt(time)).toMatchObject({ reason: 'invalid_attribute', field: 'time' }));
