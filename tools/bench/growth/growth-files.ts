import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../figures/result.ts';
import type { Limit } from '../limit-rounds.ts';
import { CURVES } from './curves.ts';
import { growthPlot } from './growth-plot.ts';

export interface GrowthFiles {
  readonly folder: string;
  readonly measuredAt: string;
  readonly machine: string;
  readonly quick: boolean;
  readonly limit: Limit;
}

/** Writes `growth.json`, and `<curve>.svg` for each curve that has points. */
export async function writeGrowth(outcomes: readonly Outcome[], { folder, ...about }: GrowthFiles): Promise<void> {
  const points = outcomes.flatMap(({ growth }) => growth ?? []);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'growth.json'), `${JSON.stringify({ ...about, points }, null, 2)}\n`);
  for (const name of CURVES) {
    const ofCurve = points.filter(({ curve }) => curve === name);
    if (ofCurve.length > 0) writeFileSync(join(folder, `${name}.svg`), await growthPlot(name, ofCurve));
  }
}
