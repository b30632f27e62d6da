/** One process of a service, as the gateway sees it at this moment. */
export interface Candidate {
  /** It said so when it was last asked. */
  readonly isReady: boolean;
  /** Requests that it has got and not yet answered. */
  readonly underWay: number;
}

/**
 * The upstream that gets the next request.
 *
 * | there are | the request goes to |
 * |---|---|
 * | ready ones that have not been tried | the one of them with the fewest requests under way |
 * | only others | the one of them with the fewest: it says itself when to come again, or it is ready again already |
 * | none that has not been tried | nobody |
 *
 * @param tried indexes of those that could not be connected to for this request
 * @param turn grows with each request: among equals they take turns
 * @returns an index
 */
export function chooseUpstream(
  candidates: readonly Candidate[],
  tried: ReadonlySet<number>,
  turn: number,
): number | undefined {
  const untried = candidates.map((_, index) => index).filter((index) => !tried.has(index));
  const ready = untried.filter((index) => candidates[index]?.isReady);
  const among = ready.length > 0 ? ready : untried;
  const underWay = (index: number): number => candidates[index]?.underWay ?? 0;
  const fewest = Math.min(...among.map(underWay));
  const equals = among.filter((index) => underWay(index) === fewest);
  return equals[turn % equals.length];
}

/** How a process answered to `GET /readyz`. `silent`: not within the time. */
export type ReadinessAnswer = 'ready' | 'not ready' | 'silent';

export interface Readiness {
  readonly isReady: boolean;
  /** Answers in a row that did not come. */
  readonly silences: number;
}

/** A process that has not been asked yet is not ready. */
export const NOT_ASKED: Readiness = { isReady: false, silences: 0 };

/** A busy process may be late once. One that is late twice in a row stands still. */
const SILENCES = 2;

/**
 * What is judged: whether a process is to get requests. Why: one that stops says so some seconds before it refuses any. If a busy
 * process is wrongly taken for one that stands still, the others get its requests until it answers again.
 */
export function readinessAfter(before: Readiness, answer: ReadinessAnswer): Readiness {
  switch (answer) {
    case 'ready':
      return { isReady: true, silences: 0 };
    case 'not ready':
      return { isReady: false, silences: 0 };
    case 'silent': {
      const silences = before.silences + 1;
      return { isReady: before.isReady && silences < SILENCES, silences };
    }
  }
}
