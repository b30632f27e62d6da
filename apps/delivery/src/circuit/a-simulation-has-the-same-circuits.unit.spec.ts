import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { AttemptCause } from '../delivery/attempt-cause.policy.ts';
import type { Breakers } from './breaker/breaker.ts';
import { OpossumBreakers } from './breaker/opossum-breakers.ts';
import { SimulatedBreakers } from './breaker/simulated-breakers.ts';
import { Circuits } from './circuits.ts';

const START = Date.parse('2026-03-01T10:00:00Z');
const SECOND = 1_000;
const RULES = { failuresInRow: 4, probeScheduleMs: [SECOND, 5 * SECOND, 60 * SECOND] };
const WEBHOOKS = ['webhook-1', 'webhook-2'];

type Call =
  | { readonly kind: 'record'; readonly outcome: 'failed' | 'succeeded'; readonly ms: number }
  | { readonly kind: 'person'; readonly outcome: 'failed' | 'succeeded' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'giveUp' | 'probeNow' | 'closeUnproven' | 'reset' | 'handOver' };

const webhook = fc.constantFrom(...WEBHOOKS);
const outcome = fc.constantFrom(...Array<'failed'>(6).fill('failed'), 'succeeded' as const);
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('record' as const), outcome, ms: fc.nat(3_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('person' as const), outcome }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 30_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('giveUp' as const, 'probeNow' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('closeUnproven' as const, 'reset' as const, 'handOver' as const),
    }),
  },
);

/**
 * Breakers whose healthy circuits are not let go: when that happens depends on which of two timers of one millisecond is first.
 * Nothing else depends on that, and `circuits.unit.spec.ts` tests that they are let go.
 */
const keepingAll = (breakers: Breakers): Breakers => ({
  make: (now, becameHalfOpen) => breakers.make(now, becameHalfOpen),
  everyBucket: () => undefined,
  stop: () => breakers.stop(),
});

/** Circuits, and everything that they said. */
class Side {
  readonly said: string[] = [];
  private circuits: Circuits;
  private simulated: SimulatedBreakers | null = null;

  constructor(private readonly isSimulated: boolean) {
    this.circuits = this.begin();
  }

  private begin(): Circuits {
    this.simulated = this.isSimulated ? new SimulatedBreakers(Date.now()) : null;
    const listener = {
      passable: (id: string) => this.said.push(`${id} passable`),
      changed: (id: string, _partition: number, to: string) => this.said.push(`${id} ${to}`),
      noted: (id: string) => this.said.push(`${id} noted`),
    };
    const { simulated } = this;
    return new Circuits(
      RULES,
      8,
      () => new Date(simulated?.now ?? Date.now()),
      listener,
      () => START,
      keepingAll(simulated ?? new OpossumBreakers()),
    );
  }

  run(id: string, made: Call): void {
    const { circuits } = this;
    switch (made.kind) {
      case 'record': {
        const ended = Date.now();
        const attempt = { outcome: made.outcome, startedAt: ended - made.ms, endedAt: ended };
        const cause: AttemptCause = circuits.state(id) === 'open' ? 'schedule' : circuits.begin(id);
        return circuits.record(id, { ...attempt, cause }, 0);
      }
      case 'person':
        return circuits.record(id, { ...made, cause: 'person', startedAt: Date.now() - 1, endedAt: Date.now() }, 0);
      case 'pass':
        return this.simulated?.advance(Date.now());
      case 'giveUp':
        return circuits.giveUp(id, 'probe');
      case 'probeNow':
        return void circuits.probeNow(id);
      case 'closeUnproven':
      case 'reset':
        return circuits[made.kind](id);
      case 'handOver': {
        const stored = WEBHOOKS.flatMap((one) => circuits.stored(one) ?? []);
        circuits.close();
        this.circuits = this.begin();
        return this.circuits.restore(stored);
      }
    }
  }

  get shown(): unknown[] {
    const { circuits } = this;
    return WEBHOOKS.map((id) => [circuits.state(id), circuits.slots(id), circuits.probeAt(id), circuits.stored(id)]);
  }

  close(): void {
    this.circuits.close();
  }
}

beforeEach(() => void jest.useFakeTimers({ now: START }));
afterEach(() => void jest.useRealTimers());

test('circuits over opossum and over the breakers of a simulation say the same after the same calls', () => {
  let opened = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(webhook, call), { minLength: 40, maxLength: 80 }), (calls) => {
      const sides = [new Side(false), new Side(true)] as const;
      for (const [id, made] of calls) {
        if (made.kind === 'pass') jest.advanceTimersByTime(made.ms);
        for (const side of sides) side.run(id, made);
        expect(sides[1].shown).toEqual(sides[0].shown);
      }
      expect(sides[1].said).toEqual(sides[0].said);
      opened += sides[0].said.filter((line) => line.endsWith(' open')).length;
      for (const side of sides) side.close();
    }),
  );
  // Otherwise this would compare circuits that were closed all the time.
  expect(opened).toBeGreaterThan(50);
});
