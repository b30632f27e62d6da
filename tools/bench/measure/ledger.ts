import type { ArrivalColumns } from '../receiver/arrivals.ts';

/** A message as its producer remembers it. Times in microseconds, see clock.ts. */
export interface SentMessage {
  /** The `webhook-id`. */
  readonly id: string;
  /** When it should have been sent: latency counts from here, so that a producer that falls behind hides nothing. */
  readonly intendedAt: number;
  /** When Signet accepted it; undefined: Signet never did, and so owes no delivery. */
  readonly acceptedAt: number | undefined;
}

/** What became of messages that should have come to each of some paths. */
export interface Ledger {
  /** Messages. */
  readonly sent: number;
  /** Messages. */
  readonly accepted: number;
  /** Deliveries that were owed: accepted messages times paths. */
  readonly expected: number;
  /** Deliveries that came exactly once. */
  readonly once: number;
  /** Deliveries that came, and then came again. */
  readonly repeated: number;
  /** Deliveries that were owed and never came. */
  readonly missing: number;
}

/** Of a scenario that sends no messages. */
export const NOTHING_SENT: Ledger = { sent: 0, accepted: 0, expected: 0, once: 0, repeated: 0, missing: 0 };

export interface Deliveries {
  readonly ledger: Ledger;
  /** Intended sending to first arrival, milliseconds, one for each delivery that came. */
  readonly latencies: readonly number[];
  /** Microseconds; NaN when nothing came. */
  readonly lastArrivalAt: number;
}

/** Joins the messages that were sent with the arrivals. Arrivals of other messages (probes, other scenarios) are left out. */
export function reconcile(
  sent: readonly SentMessage[],
  paths: readonly string[],
  arrivals: ReadonlyMap<string, ArrivalColumns>,
): Deliveries {
  const accepted = sent.filter(({ acceptedAt }) => acceptedAt !== undefined).length;
  const latencies: number[] = [];
  let [once, repeated, missing] = [0, 0, 0];
  let lastArrivalAt = Number.NaN;
  for (const path of paths) {
    const columns = arrivals.get(path);
    const indexes = new Map(columns?.ids.map((id, index) => [id, index]));
    for (const { id, intendedAt, acceptedAt } of sent) {
      const index = indexes.get(id);
      if (columns === undefined || index === undefined) {
        if (acceptedAt !== undefined) missing++;
        continue;
      }
      if ((columns.requests[index] ?? 0) > 1) repeated++;
      else once++;
      const at = columns.first[index] ?? Number.NaN;
      latencies.push((at - intendedAt) / 1_000);
      if (!(at <= lastArrivalAt)) lastArrivalAt = at;
    }
  }
  const ledger = { sent: sent.length, accepted, expected: accepted * paths.length, once, repeated, missing };
  return { ledger, latencies, lastArrivalAt };
}

/** The sum of several ledgers. */
export const addUp = (ledgers: readonly Ledger[]): Ledger =>
  ledgers.reduce((sum, ledger) => ({
    sent: sum.sent + ledger.sent,
    accepted: sum.accepted + ledger.accepted,
    expected: sum.expected + ledger.expected,
    once: sum.once + ledger.once,
    repeated: sum.repeated + ledger.repeated,
    missing: sum.missing + ledger.missing,
  }));
