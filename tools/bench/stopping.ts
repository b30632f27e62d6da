/** Aborted when the benchmark shall end. */
export const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stopping.abort(new Error(`Stopped by ${signal}.`)));
}
process.on('disconnect', () => stopping.abort(new Error('The terminal is gone.')));

/** Settles like `work`, but rejects as soon as the benchmark is stopped. */
export function unlessStopped<T>(work: Promise<T>): Promise<T> {
  const { signal } = stopping;
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
