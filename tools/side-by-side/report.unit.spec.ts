import { expect, test } from '@jest/globals';
import { finding } from './report.ts';
import type { Found } from './report.ts';

const WELL: Found = {
  ledger: { sent: 10, accepted: 10, expected: 20, once: 19, repeated: 1, missing: 0 },
  books: {
    delivered: 25,
    unfinished: 0,
    stuck: 0,
    disabledWebhooks: 0,
    unreadableRows: 0,
    deadLetters: 0,
    mostAttempts: 3,
  },
  recorded: 20,
  spans: [4, 5],
  outside: 0,
  refusal: undefined,
  faults: [],
};

test('a delivery that came twice is in the report, and is no fault', () => {
  const { lines, faults } = finding(WELL);
  expect(faults).toEqual([]);
  expect(lines).toContain('repeated = 1');
});

test.each<[string, Partial<Found>]>([
  ['no message was accepted', { ledger: { sent: 0, accepted: 0, expected: 0, once: 0, repeated: 0, missing: 0 } }],
  ['1 messages were refused, the first one with: full', { ledger: { ...WELL.ledger, sent: 11 }, refusal: 'full' }],
  ['2 deliveries are missing', { ledger: { ...WELL.ledger, missing: 2 } }],
  ['19 of 20 deliveries are recorded as delivered', { recorded: 19 }],
  ['1 deliveries are not finished', { books: { ...WELL.books, unfinished: 1 } }],
  ['1 deliveries are finished and stand in the work queue', { books: { ...WELL.books, stuck: 1 } }],
  ['1 webhooks are disabled', { books: { ...WELL.books, disabledWebhooks: 1 } }],
  ['1 rows of the shelf could not be read', { books: { ...WELL.books, unreadableRows: 1 } }],
  ['3 records were set aside as dead letters', { books: { ...WELL.books, deadLetters: 3 } }],
  ['the new format was switched on and not written', { spans: [4, 0] }],
  ['1 records of the new format were written while it was switched off', { outside: 1 }],
  ['a start was not refused', { faults: ['a start was not refused'] }],
])('%s', (sentence, wrong) => {
  expect(finding({ ...WELL, ...wrong }).faults).toContain(sentence);
});
