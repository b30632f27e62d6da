/** Resolves to true when the work has settled, or to false if the bound comes first: then the work goes on unawaited. */
export async function settledBefore(bound: AbortSignal, work: Promise<unknown>): Promise<boolean> {
  if (bound.aborted) return false;
  let passed = (): void => undefined;
  const bounded = new Promise<boolean>((resolve) => (passed = () => resolve(false)));
  bound.addEventListener('abort', passed, { once: true });
  const settled = work.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, bounded]).finally(() => bound.removeEventListener('abort', passed));
}
