import type { Random } from '../time/random.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import type { Trouble } from '../world/trouble.ts';
import type { Host } from '../world/host.ts';

/** After this time the client gives a statement up, milliseconds. The statement may still be carried out later. */
const GIVEN_UP_MS = 400;

/**
 * Statements that only change when deliveries are due. Nothing says whether the delivery has changed since, so that one that is carried
 * out late may bring a retry forward. That is accepted (docs/adr/0053), so these are carried out in time or not at all.
 */
const ONLY_TIMES: ReadonlySet<string> = new Set(['reschedule', 'give back', 'hand back', 'park due']);
/** One statement in ten takes up to this long, milliseconds: it waits for a lock or a checkpoint. */
const SLOW_MS = 120;
/**
 * One answer in fifty to these statements waits up to this long in a busy process, milliseconds: by then a stored delivery may be due
 * again, and a leased one may have changed.
 */
const UNREAD_MS = 2_000;
const MAY_BE_UNREAD: ReadonlySet<string> = new Set(['store', 'lease']);

/**
 * A replica's connection to PostgreSQL. A statement may be refused, its answer may be lost after it was carried out, and it may be
 * carried out when no caller waits for it any more.
 */
export class DatabaseLink {
  constructor(
    private readonly host: Host,
    private readonly clock: VirtualClock,
    private readonly random: Random,
    private readonly trouble: Pick<Trouble, 'isDatabaseAway' | 'isDatabaseLate'>,
    private readonly onFailed: (statement: string, how: string) => void,
  ) {}

  ask<T>(statement: string, carryOut: () => T, done: (result: T) => void, failed: () => void): void {
    const { random, host, clock } = this;
    const there = random.chance(0.1) ? random.whole(0, SLOW_MS) : random.whole(0, 3);
    if (this.trouble.isDatabaseAway()) return this.fail(statement, 'is refused', there + 5, failed);
    if (this.trouble.isDatabaseLate() && random.chance(0.3)) {
      if (!ONLY_TIMES.has(statement) && random.chance(0.4)) {
        clock.after(random.whole(5, 2_500), carryOut);
        return this.fail(statement, 'is given up, and carried out all the same', GIVEN_UP_MS, failed);
      }
      if (random.chance(0.5)) {
        clock.after(there, carryOut);
        return this.fail(statement, 'is carried out, and its answer lost', there + 5, failed);
      }
      return this.answerLater(random.whole(5, GIVEN_UP_MS - 10), carryOut, done);
    }
    const isUnread = MAY_BE_UNREAD.has(statement) && random.chance(0.02);
    const back = isUnread ? random.whole(SLOW_MS, UNREAD_MS) : undefined;
    host.after(0, () => this.answerLater(there, carryOut, done, back));
  }

  private answerLater<T>(
    there: number,
    carryOut: () => T,
    done: (result: T) => void,
    back = this.random.chance(0.1) ? this.random.whole(0, SLOW_MS) : this.random.whole(0, 2),
  ): void {
    this.clock.after(there, () => {
      const result = carryOut();
      this.host.after(back, () => done(result));
    });
  }

  private fail(statement: string, how: string, afterMs: number, failed: () => void): void {
    this.onFailed(statement, how);
    this.host.after(afterMs, failed);
  }
}
