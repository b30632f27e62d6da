import { msBetween, systemMoment } from './moment.ts';
import type { Moment } from './moment.ts';

export interface LockLeaseParts {
  /** PostgreSQL ends a session, and frees its lock, when it has heard nothing of it for so long. */
  readonly leaseMs: number;
  /** Sends a statement through the session that holds the lock; `answered` is called where there is an answer. */
  readonly prove: () => Promise<unknown>;
  /** PostgreSQL may free the lock in a moment, or has done so. */
  readonly onLost: (error: Error) => void;
  /** Default: by the clocks of this machine, and not by one that PostgreSQL corrects. */
  readonly now?: () => Moment;
}

/** A statement goes out after this part of the lease without one. */
const SILENT_PART = 1 / 6;
/** Work that only the holder may do begins only while the last proof is younger than this part. */
const FRESH_PART = 1 / 3;
/** When the last proof is older than this part, the holder gives up: earlier than PostgreSQL, so that two never hold the lock. */
const HELD_PART = 2 / 3;

/**
 * The holder's side of a lock that PostgreSQL frees after `leaseMs` of silence. The holder proves with statements that it lives,
 * and stops to act as holder before PostgreSQL could free the lock. Both count from the same statement: the holder from when
 * it sent it, PostgreSQL from when it had answered it, which is later.
 *
 * The larger of two clocks' answers counts, so that a lease has run out after a suspension. A wall clock that is set forward during
 * work makes the holder give the lock up without need.
 *
 * A statement that takes long is no silence: the lease runs only while `during` does work beside the session.
 */
export class LockLease {
  readonly #parts: LockLeaseParts;
  readonly #now: () => Moment;
  #provenAt: Moment;
  #sentAt: Moment;
  #timer: NodeJS.Timeout | undefined;
  #underWay = 0;

  constructor(parts: LockLeaseParts) {
    this.#parts = parts;
    this.#now = parts.now ?? systemMoment;
    this.#provenAt = this.#sentAt = this.#now();
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), this.#parts.leaseMs * SILENT_PART);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A statement has had its answer. */
  answered(sentAt: Moment): void {
    this.#provenAt = later(this.#provenAt, sentAt);
    this.#sentAt = later(this.#sentAt, sentAt);
  }

  /** Does work that only the holder of the lock may do; `onLost` is called where it takes longer than the lock is certain. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#age() > this.#parts.leaseMs * FRESH_PART) await this.#parts.prove();
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Looks now instead of with the next tick: after a pause of the process the timers may come late. */
  check(): void {
    const age = this.#age();
    if (this.#underWay === 0 || age <= this.#parts.leaseMs * HELD_PART) return;
    this.#parts.onLost(new Error(`PostgreSQL has not answered for ${Math.round(age)} ms: the lock may be free.`));
  }

  #tick(): void {
    this.check();
    if (msBetween(this.#sentAt, this.#now()) < this.#parts.leaseMs * SILENT_PART) return;
    this.#sentAt = this.#now();
    // Whoever uses the session hears of the failure.
    this.#parts.prove().catch(() => undefined);
  }

  #age(): number {
    return msBetween(this.#provenAt, this.#now());
  }
}

const later = (one: Moment, other: Moment): Moment => (other.monotonic >= one.monotonic ? other : one);
