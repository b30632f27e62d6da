import { setTimeout as wait } from 'node:timers/promises';

/** Number of deliveries in one step of a job: about a quarter of a second's, so that jobs go on evenly. */
export const stepSize = (ratePerSecond: number): number => Math.min(Math.max(Math.floor(ratePerSecond / 4), 1), 500);

/** Waits until a step that has taken `tookMs` so far has taken as long as its deliveries may. */
export async function keepPace(
  count: number,
  ratePerSecond: number,
  tookMs: number,
  signal: AbortSignal,
): Promise<void> {
  const restMs = (count / ratePerSecond) * 1_000 - tookMs;
  if (restMs > 0) await wait(restMs, undefined, { signal });
}
