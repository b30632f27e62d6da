/** What the receivers answer, read from the path: `/ok/<n>`, `/flaky/<n>`, `/slow/<n>`, `/down/<n>`. */
export interface Answer {
  readonly status: number;
  readonly afterMs?: number;
}

/** Attempts of each delivery to `/flaky/…` that fail. */
const FAILS_FIRST = 2;
/** Eight requests at once, so about 13 a second: less than comes, so that the rest goes to the shelf in PostgreSQL. */
const SLOW_MS = 600;

export interface Mood {
  /** `/down/…` fails: while versions change, so that one version holds back what the other one delivers. */
  readonly isDown: boolean;
  /** All receivers answer at once and with success: the load has ended, and the deliveries that are left shall not take long. */
  readonly isKind: boolean;
}

export function answerOf(path: string, attempt: number, { isDown, isKind }: Mood): Answer {
  const [, kind] = path.split('/');
  if (isKind) return { status: 200 };
  if (kind === 'flaky') return { status: attempt <= FAILS_FIRST ? 503 : 200 };
  if (kind === 'down') return { status: isDown ? 503 : 200 };
  return kind === 'slow' ? { status: 200, afterMs: SLOW_MS } : { status: 200 };
}
