import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Circuits } from './circuits.ts';

const MINUTE = 60_000;
const POLICY = { scheduleMs: [1, 5, 15, 60, 240].map((minutes) => minutes * MINUTE), jitter: 0.1 };
const W = 'webhook-1';

let circuits: Circuits;
let passable: string[];
let changes: string[];

beforeEach(() => {
  // opossum keeps time by itself: its timers and its clock are moved together.
  jest.useFakeTimers({ now: new Date('2026-03-01T10:00:00Z') });
  passable = [];
  changes = [];
  circuits = new Circuits(POLICY, () => new Date(), {
    passable: (webhookId) => passable.push(webhookId),
    changed: (_webhookId, _partition, to) => changes.push(to),
  });
});
afterEach(() => {
  circuits.close();
  jest.useRealTimers();
});

/** Reports outcomes and lets the breaker take notice. */
async function report(...outcomes: ('succeeded' | 'failed')[]): Promise<void> {
  for (const outcome of outcomes) {
    circuits.record(W, outcome, 0);
    await jest.advanceTimersByTimeAsync(0);
  }
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('a circuit', () => {
  test('opens when five attempts within ten seconds failed and half of all did', async () => {
    await report(...times(4, 'failed' as const));
    expect(circuits.state(W)).toBe('closed');
    await report('failed');
    expect(circuits.state(W)).toBe('open');
  });

  test('stays closed while most attempts succeed', async () => {
    await report('failed', ...times(9, 'succeeded' as const), ...times(5, 'failed' as const));
    expect(circuits.state(W)).toBe('closed');
  });

  test('forgets failures that are older than ten seconds', async () => {
    await report(...times(4, 'failed' as const));
    await jest.advanceTimersByTimeAsync(11_000);
    await report(...times(4, 'failed' as const));
    expect(circuits.state(W)).toBe('closed');
  });

  test('probes on the backoff schedule, one attempt each time', async () => {
    await report(...times(5, 'failed' as const));
    for (const minutes of [1, 5, 15, 60, 240, 240]) {
      expect(circuits.probeAt(W)).toBe(Date.now() + minutes * MINUTE);
      await jest.advanceTimersByTimeAsync(minutes * MINUTE - 1);
      expect(circuits.state(W)).toBe('open');
      await jest.advanceTimersByTimeAsync(1);
      expect(circuits.state(W)).toBe('probe');
      circuits.begin(W);
      expect(circuits.state(W)).toBe('open');
      await report('failed');
    }
    expect(passable).toHaveLength(6);
    expect(changes).toEqual(['open', ...Array(6).fill(['half_open', 'open']).flat()]);
    expect(circuits.find(W)).toMatchObject({ openings: 7, openedAt: Date.parse('2026-03-01T10:00:00Z') });
  });

  test('closes with a probe that succeeds, and begins the schedule anew', async () => {
    await report(...times(5, 'failed' as const));
    await jest.advanceTimersByTimeAsync(MINUTE);
    circuits.begin(W);
    await report('succeeded');
    expect(circuits.state(W)).toBe('closed');
    await report(...times(10, 'failed' as const));
    expect(circuits.probeAt(W)).toBe(Date.now() + MINUTE);
  });

  test('is forgotten when its webhook changes', async () => {
    await report(...times(5, 'failed' as const));
    circuits.reset(W);
    expect(circuits.state(W)).toBe('closed');
    expect(passable).toEqual([W]);
    expect(changes).toEqual(['open', 'closed']);
    expect(circuits.find(W)).toBeNull();
  });
});

test('healthy webhooks have no circuit, and one that recovered loses it', async () => {
  for (let n = 0; n < 1_000; n++) circuits.record(`healthy-${n}`, 'succeeded', 0);
  expect(jest.getTimerCount()).toBe(0);
  await report('failed');
  expect(jest.getTimerCount()).toBe(1);
  await jest.advanceTimersByTimeAsync(20_000);
  expect(jest.getTimerCount()).toBe(0);
});

test('where everything fails at once there are so many circuits and no more, and all of them go again', async () => {
  for (let n = 0; n < 25_000; n++) circuits.record(`failing-${n}`, 'failed', 0);
  expect(circuits.size).toBe(20_000);
  circuits.record('one more', 'failed', 0);
  expect(circuits.state('one more')).toBe('closed');
  await jest.advanceTimersByTimeAsync(20_000);
  expect([circuits.size, jest.getTimerCount()]).toEqual([0, 0]);
});

test('a circuit that could probe and has nothing to send is forgotten after an hour', async () => {
  await report(...times(5, 'failed' as const));
  await jest.advanceTimersByTimeAsync(60 * MINUTE);
  expect(circuits.state(W)).toBe('probe');
  await jest.advanceTimersByTimeAsync(2 * MINUTE);
  expect(jest.getTimerCount()).toBe(0);
});

test('a probe that came to nothing leaves its place to the next', async () => {
  await report(...times(5, 'failed' as const));
  await jest.advanceTimersByTimeAsync(MINUTE);
  circuits.begin(W);
  expect(circuits.state(W)).toBe('open');
  circuits.giveUp(W);
  expect(circuits.state(W)).toBe('probe');
});
