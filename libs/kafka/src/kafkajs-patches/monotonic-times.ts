import { createRequire } from 'node:module';

/** A field in which kafkajs keeps a wall-clock time that it later subtracts from the present. */
interface KeptTime {
  readonly module: string;
  readonly field: string;
}

const KEPT_TIMES: readonly KeptTime[] = [
  // If the wall clock was set back by an hour, no heartbeat would be sent for an hour, and the group would remove the member.
  { module: 'kafkajs/src/consumer/consumerGroup', field: 'lastRequest' },
  // If it was set forward, every request under way would time out. Our lease on the membership counts from this time, too.
  { module: 'kafkajs/src/network/requestQueue/socketRequest', field: 'sentAt' },
  { module: 'kafkajs/src/network/requestQueue', field: 'throttledUntil' },
];

let isPatched = false;

/**
 * kafkajs 2.2.4 measures durations with `Date.now()`. With this patch these fields hold a monotonic time instead, and translate:
 * kafkajs writes and reads wall-clock times, and what it reads is right by the wall clock at the time of the reading.
 */
export function keepMonotonicTimes(): void {
  if (isPatched) return;
  isPatched = true;
  const require = createRequire(import.meta.url);
  for (const { module, field } of KEPT_TIMES)
    keepMonotonic((require(module) as { prototype: object }).prototype, field);
}

/** Makes the field translate in all objects with this prototype; these must not have the field yet. */
export function keepMonotonic(prototype: object, field: string): void {
  const kept = Symbol(`monotonic ${field}`);
  Object.defineProperty(prototype, field, {
    configurable: true,
    set(this: Record<symbol, number | null>, wallTime: number | null) {
      // In kafkajs `null` and -1 mean "never".
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
