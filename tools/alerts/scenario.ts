import type { Labels } from './pager.ts';
import type { Stage } from './stage.ts';

/** Something that goes wrong, and the alerts that must tell of it. */
export interface Scenario {
  readonly name: string;
  readonly alerts: readonly Labels[];
  /** Begins the fault. Resolves once it is there. */
  readonly begin: (stage: Stage) => Promise<void>;
  /**
   * Called during the fault, after every alert has fired.
   *
   * @param since when the fault began, milliseconds since the epoch
   * @returns a sentence about what else was seen
   * @throws with a sentence when something is not as it must be
   */
  readonly look?: (stage: Stage, since: number) => Promise<string>;
  /** Makes it right again; undefined: the alerts end once what happened is older than the window of their rule. */
  readonly mend?: (stage: Stage) => Promise<void>;
}
