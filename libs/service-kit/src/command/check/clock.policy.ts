import type { Checked } from './checked.ts';
import { fault, ok, warning } from './checked.ts';

/**
 * Leases of deliveries and the times of attempts are compared across machines: if clocks differ by seconds, deliveries are tried
 * seconds too early or too late.
 */
const NOTICEABLE_MS = 1_000;
/** The lease of a delivery lasts only a little longer than its request: with such a difference, another replica may send it a second time. */
const HARMFUL_MS = 10_000;

/** Compares the clocks from three times: ours before and after a question, and PostgreSQL's in its answer, milliseconds. */
export function clockChecked(before: number, theirs: number, after: number): Checked {
  // The answer was made at some time between the two.
  const uncertainMs = (after - before) / 2;
  const differenceMs = Math.round(theirs - (before + uncertainMs));
  const surelyMs = Math.max(0, Math.abs(differenceMs) - uncertainMs);
  const told = `The clock of PostgreSQL is ${Math.abs(differenceMs)} ms ${differenceMs < 0 ? 'behind' : 'ahead of'} ours, give or take ${Math.ceil(uncertainMs)} ms.`;
  if (surelyMs >= HARMFUL_MS) return fault('clock', `${told} Set both by NTP: deliveries may be sent twice.`);
  return surelyMs >= NOTICEABLE_MS ? warning('clock', `${told} Set both by NTP.`) : ok('clock', told);
}
