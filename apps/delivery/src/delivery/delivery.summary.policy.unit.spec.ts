import { describe, expect, test } from '@jest/globals';
import type { DeliveryEvent } from './delivery.events.ts';
import { projectDelivery } from './storage/delivery.projection.ts';
import type { DeliveryRow } from './storage/delivery.projection.ts';
import { summaryOf } from './delivery.summary.policy.ts';
import type { Hold } from './delivery.summary.policy.ts';

const AT = '2026-03-01T10:00:00.000Z';
const NEXT = '2026-03-01T10:05:00.000Z';
const PROBE = '2026-03-01T11:00:00.000Z';
const CIRCUIT: Hold = { by: 'circuit', until: PROBE };
const HELD = `Held back: the circuit is open; next probe at ${PROBE}.`;
const OURS =
  'Held back: Signet itself cannot reach most receivers now; it goes out when that has ended, and no attempt is spent.';
const SAID = 'The receiver answered 500.';

type Kind = DeliveryRow['kind'];
type Cause = 'schedule' | 'probe' | 'asked_probe' | 'person';
type Failed = Extract<DeliveryEvent, { type: 'DeliveryAttemptFailed' }>['data'];

const requested = (kind: Kind = 'message'): DeliveryEvent => ({
  type: 'DeliveryRequested',
  data: {
    webhookId: '0195c1f0-0000-7000-8000-000000000001',
    tenantId: 'ten-1',
    eventId: '0195c1f0-0000-7000-8000-000000000002',
    eventType: 'sale.created',
    source: '/pos/1',
    messageId: 's-1',
    messageTime: AT,
    kind,
    partition: 3,
    acceptedAt: AT,
    requestedAt: AT,
    maxAttempts: 5,
  },
});
const facts = (cause: Cause) => ({
  attempt: 1,
  cause,
  startedAt: AT,
  endedAt: AT,
  durationMs: 20,
  owner: 'replica-1',
  epoch: 7,
  request: { method: 'POST' as const, url: 'https://shop.example/hook', headers: {} },
  signature: 'v1,signature',
  response: null,
  address: null,
  timings: {},
});
const failed = (cause: Cause = 'schedule', more: Partial<Failed> = {}): DeliveryEvent => ({
  type: 'DeliveryAttemptFailed',
  data: {
    ...facts(cause),
    errorClass: 'http_status',
    errorMessage: SAID,
    fault: 'receiver',
    nextAttemptAt: NEXT,
    isUnspent: cause === 'probe' || cause === 'asked_probe',
    ...more,
  },
});
const succeeded = (cause: Cause = 'schedule'): DeliveryEvent => ({
  type: 'DeliveryAttemptSucceeded',
  data: facts(cause),
});
const asked: DeliveryEvent = { type: 'DeliveryRetryRequested', data: { requestedBy: 'key-1', requestedAt: AT } };
const disabled: DeliveryEvent = {
  type: 'DeliveryAbandoned',
  data: { reason: 'disabled', abandonedAt: AT, attemptCount: 0 },
};
const ours = failed('schedule', {
  fault: 'platform',
  isUnspent: true,
  errorClass: 'dns',
  errorMessage: 'The name could not be resolved.',
});
const last: Partial<Failed> = { nextAttemptAt: null };

function summary(events: readonly DeliveryEvent[], hold: Hold | null = null, kind: Kind = 'message'): string {
  const rows = [requested(kind), ...events];
  const row = rows.reduce<DeliveryRow | null>((folded, event) => projectDelivery('d', folded, event), null);
  return summaryOf(row!, hold);
}

describe('a delivery that is not held back', () => {
  test.each<[string, DeliveryEvent[], string]>([
    ['is new', [], 'The first attempt has not ended yet.'],
    ['goes on by itself', [failed(), failed()], `Attempt 2 of 5 failed; next attempt at ${NEXT}.`],
    ['has arrived', [failed(), failed(), succeeded()], 'Attempt 3 of 5 succeeded.'],
    ['has arrived as a retry', [failed(), asked, succeeded('person')], 'Attempt 2 of 5 succeeded.'],
    ['is asked for before its first attempt', [asked], 'A retry was asked for and goes out now.'],
    ['is asked for again', [failed(), asked], `A retry was asked for and goes out now. Attempt 1 of 5 failed: ${SAID}`],
    ['is asked for after it arrived', [succeeded(), asked], 'A retry was asked for and goes out now.'],
    [
      'is asked for when only a probe was made',
      [failed('probe'), asked],
      `A retry was asked for and goes out now. A probe, which spends no attempt, failed: ${SAID}`,
    ],
    [
      'has a retry that failed',
      [failed(), asked, failed('person')],
      `The retry that was asked for (attempt 2 of 5) failed: ${SAID} Next attempt at ${NEXT}.`,
    ],
    [
      'has gone on since a retry failed',
      [failed(), asked, failed('person'), failed()],
      `Attempt 3 of 5 failed; next attempt at ${NEXT}.`,
    ],
    [
      'has a probe that failed',
      [failed('probe')],
      `A probe, which spends no attempt, failed: ${SAID} Next attempt at ${NEXT}.`,
    ],
    [
      'has a probe that a person asked for and that failed',
      [failed('asked_probe')],
      `The probe that was asked for, which spends no attempt, failed: ${SAID} Next attempt at ${NEXT}.`,
    ],
    [
      'has an attempt that failed through our own fault',
      [ours],
      `An attempt, which is not counted since the fault was Signet's own, failed: The name could not be resolved. Next attempt at ${NEXT}.`,
    ],
  ])('%s', (_, events, sentence) => expect(summary(events)).toBe(sentence));
});

describe('a delivery that is held back says until when, and what became of the last attempt', () => {
  test.each<[string, DeliveryEvent[], string]>([
    ['it has had none', [], HELD],
    ['one on the schedule', [failed()], `${HELD} Attempt 1 of 5 failed: ${SAID}`],
    [
      'a retry that was asked for',
      [failed(), asked, failed('person')],
      `${HELD} The retry that was asked for (attempt 2 of 5) failed: ${SAID}`,
    ],
    ['a probe', [failed('probe')], `${HELD} A probe, which spends no attempt, failed: ${SAID}`],
    [
      'a probe that was asked for',
      [failed('asked_probe')],
      `${HELD} The probe that was asked for, which spends no attempt, failed: ${SAID}`,
    ],
  ])('%s', (_, events, sentence) => expect(summary(events, CIRCUIT)).toBe(sentence));

  test('also where Signet itself is at fault', () => {
    const sentence = "An attempt, which is not counted since the fault was Signet's own, failed:";
    expect(summary([ours], { by: 'platform' })).toBe(`${OURS} ${sentence} The name could not be resolved.`);
    expect(summary([], { by: 'platform' })).toBe(OURS);
  });
});

describe('a delivery that has failed for good', () => {
  const four = [failed(), failed(), failed(), failed()];
  test.each<[string, DeliveryEvent[], string]>([
    ['with its last attempt', [...four, failed('schedule', last)], 'Attempt 5 of 5 failed; no attempts are left.'],
    ['early', [failed('schedule', last)], `Attempt 1 of 5 failed; no further attempt: ${SAID}`],
    ['without an attempt', [disabled], 'Failed without an attempt: The webhook was disabled.'],
    [
      'because its webhook was disabled',
      [failed(), disabled],
      'Attempt 1 of 5 failed; no further attempt: The webhook was disabled.',
    ],
    [
      'after a probe, because its webhook was disabled',
      [failed('probe'), disabled],
      `A probe, which spends no attempt, failed: ${SAID} No further attempt: The webhook was disabled.`,
    ],
    [
      'with a retry beyond its attempts',
      [...four, failed('schedule', last), asked, failed('person', last)],
      `The retry that was asked for (attempt 6 of 6) failed: ${SAID} No attempts are left.`,
    ],
    [
      'with a retry that the receiver refused for ever',
      [failed(), asked, failed('person', last)],
      `The retry that was asked for (attempt 2 of 5) failed: ${SAID} There is no further attempt.`,
    ],
    [
      'with a probe that the receiver refused for ever',
      [failed('probe', { ...last, isUnspent: false })],
      `Attempt 1 of 5 failed; no further attempt: ${SAID}`,
    ],
  ])('%s', (_, events, sentence) => expect(summary(events)).toBe(sentence));
});

test('the attempts of a test are not retries that a person asked for', () => {
  expect(summary([failed('person')], null, 'test')).toBe(`Attempt 1 of 5 failed; next attempt at ${NEXT}.`);
});

test('a row of an older version, which does not know what its last attempt was', () => {
  const row = [requested(), failed('person')].reduce<DeliveryRow | null>(
    (folded, event) => projectDelivery('d', folded, event),
    null,
  );
  expect(summaryOf({ ...row!, lastAttempt: null }, null)).toBe(`Attempt 1 of 5 failed; next attempt at ${NEXT}.`);
});
