/**
 * Waits until the work has settled, but no longer than the bound. The work itself is not ended: it goes on unawaited.
 *
 * @param bound a time, milliseconds, or a signal that ends the wait when it is aborted
 * @param stop another signal that ends the wait
 * @returns whether the work has settled. A rejection counts as settled and is not thrown on, even if it comes after the bound.
 */
export function settledWithin(
  work: Promise<unknown>,
  bound: number | AbortSignal,
  stop?: AbortSignal,
): Promise<boolean> {
  const signals = [bound, stop].filter((one) => one instanceof AbortSignal);
  return new Promise((resolve) => {
    const end = (hasSettled: boolean): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', passed);
      resolve(hasSettled);
    };
    const passed = (): void => end(false);
    const timer = typeof bound === 'number' ? setTimeout(passed, bound) : undefined;
    for (const signal of signals) signal.addEventListener('abort', passed, { once: true });
    // A signal that was aborted before does not tell of it again.
    if (signals.some(({ aborted }) => aborted)) passed();
    work.then(
      () => end(true),
      () => end(true),
    );
  });
}

/**
 * The work's own value or rejection, if it comes within the time; the work goes on unawaited otherwise.
 *
 * @param ms milliseconds
 * @throws the error of `late` when the time has passed
 */
export async function withTimeout<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  if (!(await settledWithin(work, ms))) throw late();
  return work;
}
