export interface Backoff {
  /** The wait after the first failure, milliseconds. */
  readonly firstMs: number;
  /** No wait is longer, milliseconds. */
  readonly longestMs: number;
  /**
   * The share of each wait that is random, from 0 (default) to 1, so that those who failed together do not come again together.
   * With 0.5 a wait is between half and all of its time.
   */
  readonly jitter?: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** 2 ** 30 times a millisecond is twelve days: the power itself need not grow further. */
const MOST_DOUBLINGS = 30;

/** The wait after so many failures in a row (from 1): it doubles with each failure, up to the longest. Milliseconds. */
export function backoffMs(failures: number, { firstMs, longestMs, jitter = 0, random = Math.random }: Backoff): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, MOST_DOUBLINGS));
  return jitter === 0 ? fullMs : fullMs * (1 - jitter + jitter * random());
}
