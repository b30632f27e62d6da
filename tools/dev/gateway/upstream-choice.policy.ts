/**
 * What is known of a process. `silent`: it was ready, and has not answered since. `not ready`: it said so, or there is none, or it has not
 * been asked yet.
 */
export type Standing = 'ready' | 'silent' | 'not ready';

/** One process of a service, as the gateway sees it at this moment. */
export interface Candidate {
  readonly standing: Standing;
  /** Requests that it has got and not yet answered. */
  readonly underWay: number;
}

/** The best first. */
const STANDINGS: readonly Standing[] = ['ready', 'silent', 'not ready'];

/**
 * The upstream that gets the next request: among those that have not been tried, one of the best standing, and of these one with the
 * fewest requests under way.
 *
 * | the best that is left | what becomes of the request |
 * |---|---|
 * | ready | it is answered |
 * | silent | it is answered late, if the process is only busy |
 * | not ready | the process says itself when to come again, or is ready again already |
 * | none | no process gets it |
 *
 * @param tried indexes of the processes that refused a connection for this request
 * @param turn grows with each request: equal processes take turns
 * @returns an index
 */
export function chooseUpstream(
  candidates: readonly Candidate[],
  tried: ReadonlySet<number>,
  turn: number,
): number | undefined {
  const untried = candidates.map((_, index) => index).filter((index) => !tried.has(index));
  const best = STANDINGS.find((standing) => untried.some((index) => candidates[index]?.standing === standing));
  const among = untried.filter((index) => candidates[index]?.standing === best);
  const underWay = (index: number): number => candidates[index]?.underWay ?? 0;
  const fewest = Math.min(...among.map(underWay));
  const equals = among.filter((index) => underWay(index) === fewest);
  return equals[turn % equals.length];
}

/** How a process answered to `GET /readyz`. `silent`: not within the time. */
export type ReadinessAnswer = 'ready' | 'not ready' | 'silent';

export interface Readiness {
  readonly standing: Standing;
  /** Questions in a row that got no answer. */
  readonly silences: number;
}

export const NOT_ASKED: Readiness = { standing: 'not ready', silences: 0 };

/** A busy process may be late once. One that is late twice in a row stands still. */
const SILENCES = 2;

/**
 * What is judged: whether a process is to get requests. Why: a process that stops says so some seconds before it refuses requests. If a
 * busy process is wrongly taken for one that stands still, the others get its requests until it answers again.
 */
export function readinessAfter(before: Readiness, answer: ReadinessAnswer): Readiness {
  switch (answer) {
    case 'ready':
    case 'not ready':
      return { standing: answer, silences: 0 };
    case 'silent': {
      const silences = before.silences + 1;
      const isLost = before.standing === 'ready' && silences >= SILENCES;
      return { standing: isLost ? 'silent' : before.standing, silences };
    }
  }
}
