import { createRequire } from 'node:module';

/** A field in which kafkajs keeps a wall-clock time that it later subtracts from the present. */
interface KeptTime {
  readonly module: string;
  readonly field: string;
}

const KEPT_TIMES: readonly KeptTime[] = [
  // A clock that is set back by an hour would stop the heartbeats for an hour, and the group would throw the member out.
  { module: 'kafkajs/src/consumer/consumerGroup', field: 'lastRequest' },
  // One that is set forward would time out every request that is under way; and our lease on the membership begins here.
  { module: 'kafkajs/src/network/requestQueue/socketRequest', field: 'sentAt' },
  { module: 'kafkajs/src/network/requestQueue', field: 'throttledUntil' },
];

let isPatched = false;

/**
 * kafkajs 2.2.4 measures durations with `Date.now()`. These fields hold a monotonic time instead, and translate: what is
 * written is a wall-clock time of this moment's clock, and what is read is the same moment by the clock of the reading.
 */
export function keepMonotonicTimes(): void {
  if (isPatched) return;
  isPatched = true;
  const require = createRequire(import.meta.url);
  for (const { module, field } of KEPT_TIMES)
    keepMonotonic((require(module) as { prototype: object }).prototype, field);
}

/** Makes a field of all objects with this prototype translate; they must not have the field yet. */
export function keepMonotonic(prototype: object, field: string): void {
  const kept = Symbol(`monotonic ${field}`);
  Object.defineProperty(prototype, field, {
    configurable: true,
    set(this: Record<symbol, number | null>, wallTime: number | null) {
      // `null` and -1 are kafkajs's ways to say never.
      this[kept] = wallTime === null || wallTime < 0 ? wallTime : wallTime - wallOffset();
    },
    get(this: Record<symbol, number | null | undefined>): number | null | undefined {
      const monotonic = this[kept];
      return monotonic === null || monotonic === undefined || monotonic < 0 ? monotonic : monotonic + wallOffset();
    },
  });
}

/** Milliseconds from the monotonic clock to the wall clock, as of now. */
const wallOffset = (): number => Date.now() - performance.now();
