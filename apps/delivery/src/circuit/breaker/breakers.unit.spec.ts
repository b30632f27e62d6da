import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { BUCKET_MS, WINDOW_MS } from './breaker.ts';
import type { Breaker, Breakers, Outcome } from './breaker.ts';
import { OpossumBreakers } from './opossum-breakers.ts';
import { SimulatedBreakers } from './simulated-breakers.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const HOUR = 3_600_000;

/** One implementation, and its time. */
interface World {
  readonly breakers: Breakers;
  /** Lets so many milliseconds pass. */
  readonly pass: (ms: number) => void;
}
const WORLDS = {
  // opossum has its own timers: jest moves them.
  'of opossum': (): World => {
    return { breakers: new OpossumBreakers(), pass: (ms) => jest.advanceTimersByTime(ms) };
  },
  'of a simulation': (): World => {
    const breakers = new SimulatedBreakers(START);
    let now = START;
    return { breakers, pass: (ms) => breakers.advance((now += ms)) };
  },
};

beforeEach(() => void jest.useFakeTimers({ now: START }));
afterEach(() => void jest.useRealTimers());

describe.each(Object.entries(WORLDS))('a breaker %s', (_of, begin) => {
  let world: World;
  let now: number;
  let breaker: Breaker;
  let halfOpened: number;

  beforeEach(() => {
    world = begin();
    now = START;
    halfOpened = 0;
    breaker = world.breakers.make(now, () => (halfOpened += 1));
  });
  afterEach(() => {
    breaker.stop();
    world.breakers.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  const pass = (ms: number): void => {
    now += ms;
    world.pass(ms);
  };
  const record = (...outcomes: Outcome[]): void => outcomes.forEach((outcome) => breaker.record(outcome, now));

  test('is closed at first, and has counted nothing', () => {
    expect(breaker.state).toBe('closed');
    expect(breaker.window).toMatchObject({ failures: 0, successes: 0 });
  });

  test('has counted an attempt when `record` returns', () => {
    record('failed', 'succeeded', 'failed');
    expect(breaker.window).toMatchObject({ failures: 2, successes: 1 });
  });

  test('does not open by itself, however many attempts fail', () => {
    record(...Array<Outcome>(1_000).fill('failed'));
    expect(breaker.state).toBe('closed');
    pass(HOUR);
    expect(breaker.state).toBe('closed');
  });

  test('forgets an attempt when its window has passed, and not before half of it has', () => {
    pass(BUCKET_MS - 1);
    record('failed');
    pass(BUCKET_MS);
    record('succeeded');
    expect(breaker.window).toMatchObject({ failures: 1, successes: 1 });
    pass(1);
    expect(breaker.window).toMatchObject({ failures: 0, successes: 1 });
    pass(WINDOW_MS);
    expect(breaker.window).toMatchObject({ failures: 0, successes: 0 });
  });

  test('is open when `open` returns, and half-open at the time of its probe', () => {
    breaker.open(now + HOUR, now);
    expect(breaker.state).toBe('open');
    pass(HOUR - 1);
    expect([breaker.state, halfOpened]).toEqual(['open', 0]);
    pass(1);
    expect([breaker.state, halfOpened]).toEqual(['half_open', 1]);
    pass(24 * HOUR);
    expect([breaker.state, halfOpened]).toEqual(['half_open', 1]);
  });

  test('is half-open already when it says so', () => {
    const states: string[] = [];
    const other = world.breakers.make(now, () => states.push(other.state));
    other.open(now + 1_000, now);
    pass(1_000);
    expect(states).toEqual(['half_open']);
    other.stop();
  });

  test('that is opened again waits for the new time only', () => {
    breaker.open(now + 1_000, now);
    pass(500);
    breaker.open(now + HOUR, now);
    pass(HOUR - 1);
    expect([breaker.state, halfOpened]).toEqual(['open', 0]);
    pass(1);
    expect([breaker.state, halfOpened]).toEqual(['half_open', 1]);
    breaker.open(now + 1_000, now);
    expect(breaker.state).toBe('open');
    pass(1_000);
    expect([breaker.state, halfOpened]).toEqual(['half_open', 2]);
  });

  test('that is made half-open or closed by a method says nothing, also later', () => {
    breaker.open(now + 1_000, now);
    breaker.halfOpen(now);
    expect(breaker.state).toBe('half_open');
    breaker.close(now);
    expect(breaker.state).toBe('closed');
    pass(HOUR);
    expect([breaker.state, halfOpened]).toEqual(['closed', 0]);
  });

  test('counts nothing unless it is closed, and a record changes no state', () => {
    breaker.open(now + 1_000, now);
    record('succeeded', 'failed');
    expect([breaker.state, breaker.window.failures]).toEqual(['open', 0]);
    pass(1_000);
    record('succeeded', 'failed');
    expect([breaker.state, breaker.window.failures]).toEqual(['half_open', 0]);
  });

  test('begins with an empty window when it closes', () => {
    record('failed', 'succeeded');
    pass(BUCKET_MS - 1);
    breaker.open(now + 1_000, now);
    breaker.close(now);
    expect(breaker.window).toMatchObject({ failures: 0, successes: 0 });
    // Its first bucket is as long as any other.
    record('failed');
    pass(WINDOW_MS - 1);
    expect(breaker.window).toMatchObject({ failures: 1 });
    pass(1);
    expect(breaker.window).toMatchObject({ failures: 0 });
  });

  test('changes no more when it has been stopped', () => {
    breaker.open(now + 1_000, now);
    breaker.stop();
    pass(HOUR);
    expect(halfOpened).toBe(0);
  });

  test('breakers become half-open in the order of their times', () => {
    const order: number[] = [];
    const waits = [3_000, 1_000, 2_000];
    const all = waits.map((wait) => world.breakers.make(now, () => order.push(wait)));
    all.forEach((one, index) => one.open(now + waits[index]!, now));
    pass(HOUR);
    expect(order).toEqual([1_000, 2_000, 3_000]);
    all.forEach((one) => one.stop());
  });

  test('each bucket of the window has a turn until the breakers are stopped, and may have turns again', () => {
    let turns = 0;
    for (let n = 0; n < 3; n++) world.breakers.everyBucket(() => (turns += 1));
    pass(BUCKET_MS - 1);
    expect(turns).toBe(0);
    pass(1);
    pass(BUCKET_MS);
    expect(turns).toBe(2);
    world.breakers.stop();
    pass(HOUR);
    expect(turns).toBe(2);
    world.breakers.everyBucket(() => (turns += 1));
    pass(BUCKET_MS);
    expect(turns).toBe(3);
  });
});

test('both implementations say the same after the same calls', () => {
  const call = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('failed' as const, 'succeeded' as const) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 2 * WINDOW_MS }).map((pass) => ({ pass })) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: WINDOW_MS }).map((open) => ({ open })) },
    { weight: 1, arbitrary: fc.constantFrom('close' as const, 'halfOpen' as const) },
  );
  fc.assert(
    fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
      jest.setSystemTime(START);
      let now = START;
      const worlds = Object.values(WORLDS).map((begin) => begin());
      const told: number[][] = worlds.map(() => []);
      const both = worlds.map(({ breakers }, index) => breakers.make(now, () => told[index]!.push(now)));
      for (const one of calls) {
        if (typeof one === 'object' && 'pass' in one) {
          now += one.pass;
          worlds.forEach(({ pass }) => pass(one.pass));
        } else {
          for (const breaker of both) {
            if (one === 'close' || one === 'halfOpen') breaker[one](now);
            else if (typeof one === 'object') breaker.open(now + one.open, now);
            else breaker.record(one, now);
          }
        }
        const [opossum, simulated] = both.map(({ state, window: { failures, successes } }) => {
          return { state, failures, successes };
        });
        expect(simulated).toEqual(opossum);
      }
      expect(told[1]).toEqual(told[0]);
      both.forEach((breaker) => breaker.stop());
    }),
  );
});

describe('the time of a simulation', () => {
  test('stands still until it is moved on', () => {
    const breakers = new SimulatedBreakers(START);
    const breaker = breakers.make(START, () => undefined);
    breaker.open(START + 1_000, START);
    jest.advanceTimersByTime(HOUR);
    expect(breaker.state).toBe('open');
  });

  test('says when the next breaker changes by itself', () => {
    const breakers = new SimulatedBreakers(START);
    expect(breakers.nextAt).toBe(Number.POSITIVE_INFINITY);
    const [first, second] = [2_000, 1_000].map((wait) => {
      const breaker = breakers.make(START, () => undefined);
      breaker.open(START + wait, START);
      return breaker;
    });
    expect(breakers.nextAt).toBe(START + 1_000);
    breakers.advance(START + 1_000);
    expect(breakers.nextAt).toBe(START + 2_000);
    first?.close(START + 1_000);
    expect(breakers.nextAt).toBe(Number.POSITIVE_INFINITY);
    expect(second?.state).toBe('half_open');
  });
});
