/** How the receiver answers, read from the path: `/ok/<n>`, `/body/<n>` (as `ok`), `/hang/<n>`, `/fail/<n>`, `/slow/<ms>/<n>`. */
export type Behaviour =
  | { readonly kind: 'ok' }
  | { readonly kind: 'fail' }
  /** Never answers. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly delayMs: number };

/** undefined: no such path. */
export function behaviourOf(path: string): Behaviour | undefined {
  const [, kind, first] = path.split('/');
  if (kind === 'ok' || kind === 'fail' || kind === 'hang') return { kind };
  if (kind === 'body') return { kind: 'ok' };
  const delayMs = Number(first);
  return kind === 'slow' && Number.isInteger(delayMs) && delayMs >= 0 ? { kind, delayMs } : undefined;
}
