import { describe, expect, test } from '@jest/globals';
import { specify } from '@signet/testing';
import { canBeRetried, deliveryDecider } from './delivery.decider.ts';
import type { AttemptResult, DeliveryCommand } from './delivery.decider.ts';
import type { AttemptFacts, DeliveryEvent } from './delivery.events.ts';
import { projectDelivery } from './storage/delivery.projection.ts';
import type { DeliveryRow } from './storage/delivery.projection.ts';

const delivery = specify(deliveryDecider);
const MINUTE = 60_000;
const POLICY = { scheduleMs: [1, 5, 15, 60, 240].map((minutes) => minutes * MINUTE), jitter: 0.1 };
const START = Date.parse('2026-03-01T10:00:00.000Z');
const iso = (ms: number): string => new Date(ms).toISOString();

const requested = (maxAttempts = 5): DeliveryEvent & { type: 'DeliveryRequested' } => ({
  type: 'DeliveryRequested',
  data: {
    webhookId: '0195c1f0-0000-7000-8000-000000000001',
    tenantId: 'ten-1',
    eventId: '0195c1f0-0000-7000-8000-000000000002',
    eventType: 'sale.created',
    source: '/pos/1',
    messageId: 's-1',
    messageTime: iso(START),
    kind: 'message',
    partition: 3,
    acceptedAt: iso(START),
    requestedAt: iso(START),
    maxAttempts,
  },
});

const facts = (attempt: number, endedAtMs: number, statusCode: number | null): AttemptFacts => ({
  attempt,
  cause: 'schedule',
  startedAt: iso(endedAtMs - 20),
  endedAt: iso(endedAtMs),
  durationMs: 20,
  owner: 'replica-1',
  epoch: 7,
  request: { method: 'POST', url: 'https://shop.example/hook', headers: {} },
  signature: `v1,signature-of-attempt-${attempt}`,
  response: statusCode === null ? null : { statusCode, headers: {}, body: 'no', bodyTruncated: false },
  address: '203.0.113.7',
  timings: {},
});

/** When the circuit of the webhook lets its next probe through. */
const NEXT_PROBE = START + 3_600_000;

const failure = { errorClass: 'http_status', errorMessage: 'The receiver answered 500.', fault: 'receiver' } as const;

function ended(attempt: number, how: Partial<AttemptResult> = {}, random = 0): DeliveryCommand {
  const endedAtMs = START + attempt * 1_000;
  const statusCode = how.failure === null ? 200 : 500;
  const result = { facts: facts(attempt, endedAtMs, statusCode), endedAtMs, failure, retryAfterMs: null, final: false };
  return {
    type: 'RecordAttempt',
    data: { result: { ...result, ...how }, policy: POLICY, random, unspentRetryAtMs: NEXT_PROBE },
  };
}

/** The event that a failed attempt leads to when the next one is due `delayMs` after its end. */
const failed = (attempt: number, delayMs: number | null): DeliveryEvent => ({
  type: 'DeliveryAttemptFailed',
  data: {
    ...facts(attempt, START + attempt * 1_000, 500),
    ...failure,
    nextAttemptAt: delayMs === null ? null : iso(START + attempt * 1_000 + delayMs),
    isUnspent: false,
  },
});
const succeeded = (attempt: number): DeliveryEvent => ({
  type: 'DeliveryAttemptSucceeded',
  data: facts(attempt, START + attempt * 1_000, 200),
});
const failures = (count: number): DeliveryEvent[] =>
  Array.from({ length: count }, (_, index) => failed(index + 1, POLICY.scheduleMs[index] ?? null));

describe('a delivery', () => {
  test('is requested once, however often the message is repeated', () => {
    const request: DeliveryCommand = { type: 'RequestDelivery', data: requested().data };
    delivery.given().when(request).then(requested());
    delivery.given(requested()).when(request).then();
  });

  test('ends with the first success', () => {
    delivery
      .given(requested())
      .when(ended(1, { failure: null }))
      .then(succeeded(1));
    delivery.given(requested(), succeeded(1)).when(ended(2)).then();
  });

  test.each([
    [1, 1],
    [2, 5],
    [3, 15],
    [4, 60],
    [5, 240],
    [6, 240],
  ])('waits after failed attempt %i for %i minutes', (attempt, minutes) => {
    delivery
      .given(requested(9), ...failures(attempt - 1))
      .when(ended(attempt))
      .then(failed(attempt, minutes * MINUTE));
  });

  test('adds up to the jitter share to a wait and never takes from it', () => {
    delivery
      .given(requested())
      .when(ended(1, {}, 0.5))
      .then(failed(1, 1.05 * MINUTE));
  });

  test('has failed when no attempt is left', () => {
    delivery
      .given(requested(), ...failures(4))
      .when(ended(5))
      .then(failed(5, null));
    delivery.given(requested(1)).when(ended(1)).then(failed(1, null));
  });

  test('has failed at once when the receiver is gone', () => {
    delivery
      .given(requested())
      .when(ended(1, { final: true }))
      .then(failed(1, null));
  });

  test('honours Retry-After between one and two times the schedule', () => {
    delivery
      .given(requested())
      .when(ended(1, { retryAfterMs: 90_000 }))
      .then(failed(1, 90_000));
    delivery
      .given(requested())
      .when(ended(1, { retryAfterMs: 1_000 }))
      .then(failed(1, MINUTE));
    delivery
      .given(requested())
      .when(ended(1, { retryAfterMs: 3_600_000 }))
      .then(failed(1, 2 * MINUTE));
  });

  test('counts an attempt once, also when two owners report it', () => {
    delivery
      .given(requested(), ...failures(1))
      .when(ended(1))
      .then();
    delivery.given(requested()).when(ended(2)).then();
  });

  test('that was abandoned records nothing more', () => {
    const abandoned: DeliveryEvent = {
      type: 'DeliveryAbandoned',
      data: { reason: 'disabled', abandonedAt: iso(START), attemptCount: 1 },
    };
    const abandon: DeliveryCommand = { type: 'AbandonDelivery', data: { reason: 'disabled', at: iso(START) } };
    delivery
      .given(requested(), ...failures(1))
      .when(abandon)
      .then(abandoned);
    delivery.given(requested(), abandoned).when(ended(1)).then();
    delivery.given(requested(), succeeded(1)).when(abandon).then();
  });

  test('gets one more attempt in a job, which is made on the schedule like any other', () => {
    const job = { by: 'key-1', at: iso(START), jobId: 'job-1' };
    const retried: DeliveryEvent = {
      type: 'DeliveryRetryRequested',
      data: { requestedBy: 'key-1', requestedAt: iso(START), jobId: 'job-1' },
    };
    const closed = [requested(), ...failures(4), failed(5, null)];
    delivery
      .given(...closed)
      .when({ type: 'RetryDelivery', data: job })
      .then(retried);
    delivery
      .given(...closed, retried)
      .when(ended(6))
      .then(failed(6, null));
    const row = [...closed, retried].reduce<DeliveryRow | null>(
      (folded, event) => projectDelivery('d', folded, event),
      null,
    );
    expect(row).toMatchObject({ status: 'RETRYING', isRetryAsked: false, maxAttempts: 6, nextRetryAt: iso(START) });
  });

  test('gets one more attempt when a person asks, also after the last', () => {
    const retry: DeliveryCommand = { type: 'RetryDelivery', data: { by: 'key-1', at: iso(START) } };
    const asked: DeliveryEvent = {
      type: 'DeliveryRetryRequested',
      data: { requestedBy: 'key-1', requestedAt: iso(START) },
    };
    const closed = [requested(), ...failures(4), failed(5, null)];
    delivery
      .given(...closed)
      .when(retry)
      .then(asked);
    const byPerson = { ...facts(6, START + 6_000, 500), cause: 'person' } as const;
    const last = failed(6, null) as Extract<DeliveryEvent, { type: 'DeliveryAttemptFailed' }>;
    delivery
      .given(...closed, asked)
      .when(ended(6, { facts: byPerson }))
      .then({ ...last, data: { ...last.data, cause: 'person' } });
    delivery.given().when(retry).thenThrows('delivery_not_found');
  });

  test('can be retried only while it is open and has attempts left', () => {
    const after = (...events: DeliveryEvent[]): boolean =>
      canBeRetried(events.reduce(deliveryDecider.evolve, deliveryDecider.initialState()));
    expect(after()).toBe(false);
    expect(after(requested())).toBe(true);
    expect(after(requested(), ...failures(4))).toBe(true);
    expect(after(requested(), succeeded(1))).toBe(false);
    expect(after(requested(1), failed(1, null))).toBe(false);
  });
});

describe('the row of a delivery', () => {
  const fold = (...events: DeliveryEvent[]): DeliveryRow =>
    events.reduce<DeliveryRow | null>((row, event) => projectDelivery('d-1', row, event), null)!;

  test('goes PENDING, RETRYING, SUCCESS', () => {
    const events = [requested(), failed(1, MINUTE), failed(2, 5 * MINUTE), succeeded(3)];
    const statuses = events.map((_, index) => fold(...events.slice(0, index + 1)).status);
    expect(statuses).toEqual(['PENDING', 'RETRYING', 'RETRYING', 'SUCCESS']);
    expect(fold(...events)).toMatchObject({
      attemptCount: 3,
      nextRetryAt: null,
      responseStatusCode: 200,
      errorMessage: null,
      signature: 'v1,signature-of-attempt-3',
      completedAt: iso(START + 3_000),
    });
  });

  test('lies on the UTC day of the message', () => {
    const late = requested();
    const moved: DeliveryEvent = { ...late, data: { ...late.data, messageTime: '2026-03-01T23:30:00-05:00' } };
    expect(fold(moved).day).toBe('2026-03-02');
  });
});

describe('an attempt that spends none of its delivery', () => {
  /** The probe of an open circuit: it stands in the log, and the delivery goes out again with the next probe. */
  const probe = (
    attempt: number,
    cause: 'probe' | 'asked_probe',
    how: Partial<AttemptResult> = {},
  ): DeliveryCommand => {
    const command = ended(attempt, how) as Extract<DeliveryCommand, { type: 'RecordAttempt' }>;
    const { result } = command.data;
    return { ...command, data: { ...command.data, result: { ...result, facts: { ...result.facts, cause } } } };
  };
  const failedProbe = (attempt: number, cause: 'probe' | 'asked_probe' = 'probe'): DeliveryEvent => {
    const event = failed(attempt, 0) as Extract<DeliveryEvent, { type: 'DeliveryAttemptFailed' }>;
    return { ...event, data: { ...event.data, cause, nextAttemptAt: iso(NEXT_PROBE), isUnspent: true } };
  };

  test.each(['probe', 'asked_probe'] as const)('is a failed %s', (cause) => {
    delivery.given(requested(1)).when(probe(1, cause)).then(failedProbe(1, cause));
  });

  test('is one that failed by the fault of the platform, whatever it was made for', () => {
    const ours = { ...failure, errorClass: 'dns', fault: 'platform' } as const;
    const state = deliveryDecider.evolve(deliveryDecider.initialState(), requested(1));
    for (const cause of ['schedule', 'person', 'probe'] as const) {
      const command = ended(1, { failure: ours }) as Extract<DeliveryCommand, { type: 'RecordAttempt' }>;
      const { result } = command.data;
      const data = { ...command.data, result: { ...result, facts: { ...result.facts, cause } } };
      const events = deliveryDecider.decide({ ...command, data }, state);
      expect(events).toMatchObject([{ data: { isUnspent: true, nextAttemptAt: iso(NEXT_PROBE), fault: 'platform' } }]);
      expect(events.reduce(deliveryDecider.evolve, state)).toMatchObject({ status: 'RETRYING', attemptCount: 0 });
    }
  });

  test('is counted in the log, and not among those that the delivery has', () => {
    const log = [requested(2), ...failures(1), failedProbe(2), failedProbe(3)];
    delivery
      .given(...log)
      .when(ended(4))
      .then(failed(4, null));
    const state = log.reduce(deliveryDecider.evolve, deliveryDecider.initialState());
    expect(state).toMatchObject({ status: 'RETRYING', attemptCount: 1, unspentAttempts: 2 });
    const row = log.reduce<DeliveryRow | null>((folded, event) => projectDelivery('d', folded, event), null);
    expect(row).toMatchObject({
      status: 'RETRYING',
      attemptCount: 1,
      unspentAttempts: 2,
      nextRetryAt: iso(NEXT_PROBE),
    });
  });

  test('ends the delivery all the same where the receiver is gone', () => {
    const gone = { ...failure, errorClass: 'gone' } as const;
    const events = deliveryDecider.decide(
      probe(1, 'probe', { failure: gone, final: true }),
      deliveryDecider.evolve(deliveryDecider.initialState(), requested()),
    );
    expect(events).toMatchObject([{ data: { nextAttemptAt: null, isUnspent: false } }]);
  });

  test('takes one attempt where it succeeds', () => {
    const log = [requested(2), failedProbe(1), { ...succeeded(2) }];
    const state = log.reduce(deliveryDecider.evolve, deliveryDecider.initialState());
    expect(state).toMatchObject({ status: 'SUCCESS', attemptCount: 1, unspentAttempts: 1 });
  });
});

describe('the end of a delivery whose webhook takes no more', () => {
  test('keeps why its last attempt failed, and says in a field of its own why it ended', () => {
    const ending: DeliveryEvent = {
      type: 'DeliveryAbandoned',
      data: { reason: 'disabled', abandonedAt: iso(START), attemptCount: 1 },
    };
    const row = [requested(), ...failures(1), ending].reduce<DeliveryRow | null>(
      (folded, event) => projectDelivery('d', folded, event),
      null,
    );
    expect(row).toMatchObject({ errorMessage: failure.errorMessage, errorClass: 'http_status', endReason: 'disabled' });
  });
});

describe('a retry that a person asks for while an attempt is on the wire', () => {
  const asked: DeliveryEvent = {
    type: 'DeliveryRetryRequested',
    data: { requestedBy: 'an-operator', requestedAt: iso(START) },
  };
  test('is still to be made when that attempt fails, also where it was the last', () => {
    const log = [requested(1), asked];
    delivery
      .given(...log)
      .when(ended(1))
      .then(failed(1, 0));
    const row = [...log, failed(1, 0)].reduce<DeliveryRow | null>(
      (folded, event) => projectDelivery('d', folded, event),
      null,
    );
    expect(row).toMatchObject({ status: 'RETRYING', isRetryAsked: true, attemptCount: 1, maxAttempts: 2 });
  });
});
