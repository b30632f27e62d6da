/**
 * What a client got for a request.
 *
 * | answer | verdict |
 * |---|---|
 * | 2xx | `done` |
 * | another one with Retry-After | `told to come again` |
 * | another one without | `refused` |
 * | none: the connection broke, or nothing came in time | `broken` |
 */
export type Verdict = 'done' | 'told to come again' | 'refused' | 'broken';

/** `status` is undefined where no answer came. */
export function verdictOn(status: number | undefined, retryAfter: string | undefined): Verdict {
  if (status === undefined) return 'broken';
  if (status >= 200 && status < 300) return 'done';
  return retryAfter === undefined ? 'refused' : 'told to come again';
}

/** The wait of a client after an answer without Retry-After, milliseconds. */
const OWN_WAIT_MS = 1_000;

/** How long a careful client waits before it sends the same request again, milliseconds. A date in Retry-After is not read: Signet writes seconds. */
export function waitBeforeNext(retryAfter: string | undefined): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : OWN_WAIT_MS;
}
