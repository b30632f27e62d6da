/** How the receiver answers, read from the path: `/ok/<n>`, `/hang/<n>`, `/fail/<n>`, `/slow/<ms>/<n>`. */
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
  const delayMs = Number(first);
  return kind === 'slow' && Number.isInteger(delayMs) && delayMs >= 0 ? { kind, delayMs } : undefined;
}
