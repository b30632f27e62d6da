import type { CurveName } from './curves.ts';

/** What the scenario `growth` is asked to do. */
export interface GrowthOrder {
  readonly curves: readonly CurveName[];
  readonly quick: boolean;
  /** The sealing keys of the Signet, with which the webhooks that it is filled with are sealed. */
  readonly sealingKeys: string;
}
