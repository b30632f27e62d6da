import { msBetween, systemMoment } from './moment.ts';
import type { Moment } from './moment.ts';

export interface LockLeaseParts {
  /** PostgreSQL ends a session, and frees its lock, after so much silence of the session. Milliseconds. */
  readonly leaseMs: number;
  /** Sends a statement through the session that holds the lock; `answered` is called if there is an answer. */
  readonly prove: () => Promise<unknown>;
  /** Called when PostgreSQL may free the lock in a moment, or has done so. */
  readonly onLost: (error: Error) => void;
  /** Default: the clocks of this machine, and not the clock that PostgreSQL corrects. */
  readonly now?: () => Moment;
}

/** After this part of the lease without a statement, a statement is sent. */
const SILENT_PART = 1 / 6;
/** The holder begins its work only while the last proof is younger than this part of the lease. */
const FRESH_PART = 1 / 3;
/** When the last proof is older than this part, the holder gives up: before PostgreSQL does, so that two replicas never hold the lock. */
const HELD_PART = 2 / 3;

/**
 * The holder's side of a lock that PostgreSQL frees after `leaseMs` of silence. The holder sends statements to prove that it lives,
 * and stops acting as the holder before PostgreSQL can free the lock. Both count from the same statement: the holder from the moment
 * of sending, PostgreSQL from the end of its answer, which is later.
 *
 * The age of a proof is measured by two clocks and the larger one counts, so that the lease has run out after a suspension of the
 * machine. If the wall clock is set forward during work, the holder gives the lock up without need.
 *
 * A statement that takes long is not silence. So the lease is checked only while `during` does work outside the session.
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

  /** To be called when a statement has been answered. */
  answered(sentAt: Moment): void {
    this.#provenAt = later(this.#provenAt, sentAt);
    this.#sentAt = later(this.#sentAt, sentAt);
  }

  /** Does work that only the holder of the lock may do; `onLost` is called if the lock becomes uncertain before the work ends. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#age() > this.#parts.leaseMs * FRESH_PART) await this.#parts.prove();
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Checks the lease now instead of at the next tick: after a pause of the process the timers may run late. */
  check(): void {
    const age = this.#age();
    if (this.#underWay === 0 || age <= this.#parts.leaseMs * HELD_PART) return;
    this.#parts.onLost(new Error(`PostgreSQL has not answered for ${Math.round(age)} ms: the lock may be free.`));
  }

  #tick(): void {
    this.check();
    if (msBetween(this.#sentAt, this.#now()) < this.#parts.leaseMs * SILENT_PART) return;
    this.#sentAt = this.#now();
    // A failure need not be handled here: if the session is broken, its next user gets the error.
    this.#parts.prove().catch(() => undefined);
  }

  #age(): number {
    return msBetween(this.#provenAt, this.#now());
  }
}

const later = (one: Moment, other: Moment): Moment => (other.monotonic >= one.monotonic ? other : one);
