import { expect, test } from '@jest/globals';
import { parseRfc3339 } from './rfc3339.ts';

test.each([
  ['2026-03-05T10:00:00Z', '2026-03-05T10:00:00.000Z'],
  ['2026-03-05t10:00:00z', '2026-03-05T10:00:00.000Z'],
  ['2026-03-05T10:00:00.123456789Z', '2026-03-05T10:00:00.123Z'],
  ['2026-03-05T23:00:00+23:59', '2026-03-04T23:01:00.000Z'],
  ['2026-03-05T10:00:00-00:00', '2026-03-05T10:00:00.000Z'],
  ['2024-02-29T23:59:59.9Z', '2024-02-29T23:59:59.900Z'],
  ['0001-01-02T00:00:00Z', '0001-01-02T00:00:00.000Z'],
  ['9999-12-31T00:59:59.999+01:00', '9999-12-30T23:59:59.999Z'],
])('%s is %s', (time, instant) => expect(parseRfc3339(time)).toBe(Date.parse(instant)));

test.each([
  ['', 'nothing'],
  ['2026', 'a year, which Date.parse takes'],
  ['2026-03-05', 'a day, which Date.parse takes'],
  ['1 Mar 2026 10:00:00 GMT', 'a time as mails have it, which Date.parse takes'],
  ['2026-03-05T10:00:00Z (","x":"y)', 'a remark in brackets, which Date.parse takes'],
  ['2026-03-05T10:00:00Z\n', 'a line break behind it'],
  ['2026-03-05T10:00Z', 'no seconds'],
  ['2026-03-05T10:00:00', 'no offset'],
  ['2026-03-05T10:00:00+0100', 'an offset without a colon'],
  ['2026-03-05T10:00:00+24:00', 'an offset that there is not'],
  ['2026-03-05 10:00:00Z', 'a space'],
  ['2026-02-29T10:00:00Z', 'a day that this February has not'],
  ['2026-13-01T10:00:00Z', 'a month that there is not'],
  ['2026-03-04T24:00:00Z', 'an hour that no day has'],
  ['2026-03-04T10:00:61Z', 'a second that no minute has'],
  ['0000-01-01T00:00:00Z', 'a year that PostgreSQL has not'],
  ['0001-01-01T00:00:00+01:00', 'a year that PostgreSQL has not, by its offset'],
  ['9999-12-31T00:00:00Z', 'a day whose partition would end in the year 10000'],
  ['9999-12-30T23:59:59-23:59', 'the same by its offset'],
  ['+002026-03-04T10:00:00Z', 'a year of six digits'],
  [`2026-03-04T10:00:00.${'1'.repeat(60)}Z`, 'a fraction without end'],
])('%j is none: %s', (time) => expect(parseRfc3339(time)).toBeUndefined());
