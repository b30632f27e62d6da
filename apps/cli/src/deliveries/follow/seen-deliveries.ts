import type { Delivery } from '../../api/openapi.gen.ts';

/** Something that happened to a delivery since the last look. */
export type Change =
  | { readonly kind: 'waiting'; readonly delivery: Delivery }
  /** The last `count` attempts of the delivery are new. */
  | { readonly kind: 'attempts'; readonly delivery: Delivery; readonly count: number };

interface Seen {
  readonly attempts: number;
  /** When it was in a list last, milliseconds since the epoch. */
  readonly at: number;
}

export const attemptsOf = ({ attemptCount, unspentAttempts }: Delivery): number => attemptCount + unspentAttempts;

const timeOf = ({ sentAt, createdAt }: Delivery): string => sentAt ?? createdAt;

/**
 * What has been shown already. Lists overlap, because a delivery is recorded when its attempt has ended, and so it may appear behind others
 * that began later. Each attempt is reported once, however often its delivery is listed.
 */
export class SeenDeliveries {
  readonly #from: string;
  readonly #seen = new Map<string, Seen>();
  /** Deliveries that were created before this time, an ISO instant, may have been reported and forgotten. */
  #forgotten: string;

  /** @param from attempts that began before this time, an ISO instant, are not reported by the first look */
  constructor(from: string) {
    this.#from = from;
    this.#forgotten = from;
  }

  /** How many deliveries are remembered. */
  get size(): number {
    return this.#seen.size;
  }

  /** What these rows have that no rows before had, oldest first. */
  changesIn(rows: readonly Delivery[], look: { readonly isFirst: boolean; readonly now: number }): Change[] {
    const changes: Change[] = [];
    for (const delivery of rows) {
      const attempts = attemptsOf(delivery);
      const known = this.#seen.get(delivery.id)?.attempts;
      this.#seen.set(delivery.id, { attempts: Math.max(attempts, known ?? 0), at: look.now });
      if (look.isFirst && timeOf(delivery) < this.#from) continue;
      const count = this.#countOfNew(delivery, attempts, known);
      if (count > 0) changes.push({ kind: 'attempts', delivery, count });
      else if (known === undefined && attempts === 0) changes.push({ kind: 'waiting', delivery });
    }
    return changes.sort((a, b) => (timeOf(a.delivery) < timeOf(b.delivery) ? -1 : 1));
  }

  /** Of a delivery that was never listed only the last attempt is known to be new, unless all of it is new. */
  #countOfNew({ createdAt }: Delivery, attempts: number, known: number | undefined): number {
    if (known !== undefined) return attempts - known;
    return createdAt >= this.#forgotten ? attempts : Math.min(attempts, 1);
  }

  /** Forgets the deliveries that no list has had since then: a list of later attempts has each of them again. */
  forgetBefore(at: number): void {
    const time = new Date(at).toISOString();
    if (time > this.#forgotten) this.#forgotten = time;
    for (const [id, seen] of this.#seen) if (seen.at < at) this.#seen.delete(id);
  }
}
