import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { AttemptCause } from '../delivery/attempt-cause.policy.ts';
import type { Breakers } from './breaker/breaker.ts';
import { SimulatedBreakers } from './breaker/simulated-breakers.ts';
import type { EndedAttempt } from './circuit.policy.ts';
import { Circuits } from './circuits.ts';
import type { CircuitListener } from './circuits.ts';

const MINUTE = 60_000;
const RULES = { failuresInRow: 5, probeScheduleMs: [1, 5, 15, 60, 240].map((minutes) => minutes * MINUTE) };
/** POSTs to one webhook at once. */
const MOST = 8;
const W = 'webhook-1';

let circuits: Circuits;
let passable: string[];
let changes: string[];
let noted: number;
let activeSince: number | null;

beforeEach(() => {
  // opossum keeps time by itself: its timers and its clock are moved together.
  jest.useFakeTimers({ now: new Date('2026-03-01T10:00:00Z') });
  passable = [];
  changes = [];
  noted = 0;
  activeSince = null;
  circuits = newCircuits();
});
afterEach(() => {
  circuits.close();
  jest.useRealTimers();
});

const newCircuits = (breakers?: Breakers): Circuits => {
  const listener: CircuitListener = {
    passable: (webhookId) => passable.push(webhookId),
    changed: (_webhookId, _partition, to) => changes.push(to),
    noted: () => noted++,
  };
  return new Circuits(
    RULES,
    MOST,
    () => new Date(),
    listener,
    () => activeSince,
    breakers,
  );
};

/** An attempt that began a moment ago and has just ended. */
const ended = (outcome: EndedAttempt['outcome'], cause: AttemptCause = 'schedule'): EndedAttempt => ({
  outcome,
  cause,
  startedAt: Date.now() - 1,
  endedAt: Date.now(),
});

/** Attempts that follow each other. */
async function report(...outcomes: EndedAttempt['outcome'][]): Promise<void> {
  for (const outcome of outcomes) {
    await jest.advanceTimersByTimeAsync(2);
    circuits.record(W, ended(outcome), 0);
  }
}

/** Attempts that went out together and ended together: one failure in the row. */
async function reportTogether(...outcomes: EndedAttempt['outcome'][]): Promise<void> {
  await jest.advanceTimersByTimeAsync(2);
  const attempts = outcomes.map((outcome) => ended(outcome));
  for (const attempt of attempts) circuits.record(W, attempt, 0);
}

/** The probe is sent, and ends like this. */
function probe(outcome: EndedAttempt['outcome']): void {
  const cause = circuits.begin(W);
  circuits.record(W, ended(outcome, cause), 0);
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('a circuit', () => {
  test('opens at the fifth failure in a row, however far apart', async () => {
    for (let n = 0; n < 4; n++) {
      await report('failed');
      await jest.advanceTimersByTimeAsync(60 * MINUTE);
    }
    expect(circuits.state(W)).toBe('closed');
    await report('failed');
    expect(circuits.state(W)).toBe('open');
  });

  test('opens when five attempts within ten seconds failed together and half of all did', async () => {
    await reportTogether(...times(4, 'failed' as const));
    expect(circuits.state(W)).toBe('closed');
    await reportTogether('failed');
    expect(circuits.state(W)).toBe('open');
  });

  test('is open as soon as the failure that opens it has been recorded', () => {
    const attempts = times(5, 'failed' as const).map((outcome) => ended(outcome));
    for (const attempt of attempts.slice(1)) circuits.record(W, attempt, 0);
    expect(circuits.state(W)).toBe('closed');
    circuits.record(W, attempts[0]!, 0);
    expect(circuits.state(W)).toBe('open');
  });

  test('stays closed while most attempts succeed', async () => {
    await reportTogether('failed', ...times(9, 'succeeded' as const), ...times(5, 'failed' as const));
    expect(circuits.state(W)).toBe('closed');
  });

  test('forgets failures of its window that are older than ten seconds, and keeps those in a row', async () => {
    await reportTogether(...times(4, 'failed' as const));
    await jest.advanceTimersByTimeAsync(11_000);
    await reportTogether(...times(4, 'failed' as const));
    expect(circuits.state(W)).toBe('closed');
    expect(circuits.stored(W)?.failures.count).toBe(2);
  });

  test('probes on the backoff schedule, one attempt each time', async () => {
    await report(...times(5, 'failed' as const));
    const openedAt = Date.now();
    for (const minutes of [1, 5, 15, 60, 240, 240]) {
      expect(circuits.probeAt(W)).toBe(Date.now() + minutes * MINUTE);
      await jest.advanceTimersByTimeAsync(minutes * MINUTE - 1);
      expect(circuits.state(W)).toBe('open');
      await jest.advanceTimersByTimeAsync(1);
      expect(circuits.state(W)).toBe('probe');
      expect(circuits.begin(W)).toBe('probe');
      expect(circuits.state(W)).toBe('open');
      circuits.record(W, ended('failed', 'probe'), 0);
    }
    expect(passable).toHaveLength(6);
    expect(changes).toEqual(['open', ...Array(6).fill(['half_open', 'open']).flat()]);
    expect(circuits.find(W)).toMatchObject({ openings: 7, openedAt });
    expect(circuits.stored(W)?.failures.count).toBe(11);
  });

  test('closes with a probe that succeeds, and begins the schedule anew', async () => {
    await report(...times(5, 'failed' as const));
    await jest.advanceTimersByTimeAsync(MINUTE);
    probe('succeeded');
    expect(circuits.state(W)).toBe('closed');
    await report(...times(5, 'failed' as const));
    expect(circuits.probeAt(W)).toBe(Date.now() + MINUTE);
  });

  test('lets one go at a time when it has closed, and twice as many after each success', async () => {
    expect(circuits.slots(W)).toBe(Number.POSITIVE_INFINITY);
    await report(...times(5, 'failed' as const));
    await jest.advanceTimersByTimeAsync(MINUTE);
    probe('succeeded');
    const slots = [circuits.slots(W)];
    for (let n = 0; n < 3; n++) {
      await report('succeeded');
      slots.push(circuits.slots(W));
    }
    expect(slots).toEqual([1, 2, 4, Number.POSITIVE_INFINITY]);
  });

  test('does not close with a success that had begun before it opened', async () => {
    await report(...times(5, 'failed' as const));
    circuits.record(W, { ...ended('succeeded'), startedAt: 0 }, 0);
    expect(circuits.state(W)).toBe('open');
  });

  test('is forgotten with its failures in a row when its webhook is enabled', async () => {
    await report(...times(5, 'failed' as const));
    circuits.reset(W);
    expect(circuits.state(W)).toBe('closed');
    expect(passable).toEqual([W]);
    expect(changes).toEqual(['open', 'closed']);
    expect(circuits.stored(W)).toBeNull();
  });
});

describe('an attempt that a person asks for', () => {
  beforeEach(() => report(...times(5, 'failed' as const)));

  test('closes the circuit where it succeeds', () => {
    circuits.record(W, ended('succeeded', 'person'), 0);
    expect(circuits.state(W)).toBe('closed');
  });

  test('changes nothing where it fails', () => {
    const before = circuits.stored(W);
    circuits.record(W, ended('failed', 'person'), 0);
    expect(circuits.stored(W)).toEqual(before);
  });

  test('is a probe now; where it fails the next one comes when it would have come anyway', async () => {
    const before = circuits.stored(W);
    expect(circuits.probeNow(W)).toBe(true);
    expect(circuits.state(W)).toBe('probe');
    probe('failed');
    expect(circuits.stored(W)).toEqual(before);
    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(circuits.begin(W)).toBe('probe');
    expect(circuits.probeNow(W)).toBe(false);
  });

  test('closes a circuit that has nothing to probe with; the next failure opens it again', async () => {
    circuits.probeNow(W);
    circuits.closeUnproven(W);
    expect(circuits.state(W)).toBe('closed');
    await report('failed');
    expect(circuits.state(W)).toBe('open');
    expect(circuits.probeAt(W)).toBe(Date.now() + 5 * MINUTE);
  });
});

describe('the next owner of the partition', () => {
  /** Lets another replica take over the stored circuits. */
  const handOver = (): void => {
    const stored = circuits.stored(W);
    circuits.close();
    circuits = newCircuits();
    circuits.restore(stored ? [stored] : []);
  };

  test('goes on with the failures in a row', async () => {
    await report(...times(4, 'failed' as const));
    handOver();
    expect(circuits.state(W)).toBe('closed');
    await report('failed');
    expect(circuits.state(W)).toBe('open');
  });

  test('lets the next probe through when it was planned, and goes on with the schedule', async () => {
    await report(...times(5, 'failed' as const));
    await jest.advanceTimersByTimeAsync(MINUTE);
    probe('failed');
    const planned = circuits.probeAt(W);
    await jest.advanceTimersByTimeAsync(MINUTE);
    handOver();
    expect(circuits.probeAt(W)).toBe(planned);
    await jest.advanceTimersByTimeAsync(4 * MINUTE - 1);
    expect(circuits.state(W)).toBe('open');
    await jest.advanceTimersByTimeAsync(1);
    probe('failed');
    expect(circuits.probeAt(W)).toBe(Date.now() + 15 * MINUTE);
  });

  test('adds what was counted since the partition was taken', async () => {
    await report(...times(5, 'failed' as const));
    const stored = circuits.stored(W)!;
    circuits.close();
    circuits = newCircuits();
    await report('failed');
    circuits.restore([stored]);
    expect(circuits.stored(W)).toMatchObject({ failures: { count: 6 }, openings: 1, open: stored.open });
  });

  test('knows with which enabling of the webhook the failures began', async () => {
    activeSince = 1_000;
    await report('failed');
    activeSince = 2_000;
    await report('failed');
    handOver();
    await report('failed');
    expect(circuits.stored(W)).toMatchObject({ failures: { count: 3 }, activeSince: 1_000 });
    await report('succeeded', 'failed');
    expect(circuits.stored(W)).toMatchObject({ failures: { count: 1 }, activeSince: 2_000 });
  });

  test('notes the present enabling once where the owner before did not', async () => {
    await report('failed');
    expect(circuits.stored(W)).toMatchObject({ activeSince: null });
    activeSince = 1_000;
    circuits.belongsToPresent(W);
    activeSince = 2_000;
    circuits.belongsToPresent(W);
    expect(circuits.stored(W)).toMatchObject({ activeSince: 1_000 });
  });

  test('lets the probe through at once whose time has passed meanwhile', async () => {
    await report(...times(5, 'failed' as const));
    const stored = circuits.stored(W)!;
    circuits.close();
    await jest.advanceTimersByTimeAsync(2 * MINUTE);
    circuits = newCircuits();
    circuits.restore([stored]);
    expect(circuits.state(W)).toBe('probe');
  });
});

test('healthy webhooks have no circuit, and one that recovered loses it', async () => {
  for (let n = 0; n < 1_000; n++) circuits.record(`healthy-${n}`, ended('succeeded'), 0);
  expect(jest.getTimerCount()).toBe(0);
  await report('failed', 'succeeded');
  expect(circuits.size).toBe(1);
  await jest.advanceTimersByTimeAsync(20_000);
  expect(circuits.size).toBe(0);
  expect(jest.getTimerCount()).toBe(0);
  expect(noted).toBe(2);
});

test('when all webhooks fail at once, the number of circuits is bounded', () => {
  circuits = newCircuits(new SimulatedBreakers(Date.now()));
  for (let n = 0; n < 25_000; n++) circuits.record(`failing-${n}`, ended('failed'), 0);
  expect(circuits.size).toBe(20_000);
  circuits.record('one more', ended('failed'), 0);
  expect(circuits.state('one more')).toBe('closed');
});

test('a circuit that could probe and has nothing to send waits, however long', async () => {
  await report(...times(5, 'failed' as const));
  await jest.advanceTimersByTimeAsync(48 * 60 * MINUTE);
  expect(circuits.state(W)).toBe('probe');
});

test('a probe that came to nothing leaves its place to the next', async () => {
  await report(...times(5, 'failed' as const));
  await jest.advanceTimersByTimeAsync(MINUTE);
  const cause = circuits.begin(W);
  expect(circuits.state(W)).toBe('open');
  circuits.giveUp(W, cause);
  expect(circuits.state(W)).toBe('probe');
});
