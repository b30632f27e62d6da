/**
 * Waits for this time, milliseconds, or until the signal is aborted. Unlike `setTimeout` of `node:timers/promises`, it never
 * rejects: for a loop in the background, the end of the service is not an error.
 *
 * @returns whether the whole time has passed
 */
export function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (hasPassed: boolean): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      resolve(hasPassed);
    };
    const aborted = (): void => end(false);
    const timer = setTimeout(() => end(true), ms);
    signal?.addEventListener('abort', aborted, { once: true });
  });
}
