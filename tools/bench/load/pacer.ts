import { Worker } from 'node:worker_threads';
import { nowMicros } from '../clock.ts';

/** Time to start the thread, so that the first tick is not late. */
const LEAD_MICROS = 200_000;

/**
 * Calls `onTick` at a fixed rate for as long as given, whether or not the work of earlier ticks is done: an open loop. Each
 * call gets the time at which it was due, in microseconds, and latencies are measured from there: a system that stalls, or a
 * driver that is late, then shows in the figures and is not left out of them ("coordinated omission").
 *
 * @param signal ends it before its time
 */
export async function atRate(
  perSecond: number,
  seconds: number,
  onTick: (dueAt: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const startAt = nowMicros() + LEAD_MICROS;
  const everyMicros = 1e6 / perSecond;
  const workerData = { startAt, everyMicros, ticks: Math.round(perSecond * seconds) };
  signal?.throwIfAborted();
  const thread = new Worker(new URL('pacer-thread.ts', import.meta.url), { workerData });
  await new Promise<void>((resolve, reject) => {
    thread.on('message', (tick: number) => onTick(startAt + tick * everyMicros));
    thread.once('error', reject);
    thread.once('exit', () => resolve());
    signal?.addEventListener('abort', () => void thread.terminate(), { once: true });
  });
}
