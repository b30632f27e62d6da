import { UsageError } from '../usage-error.ts';
import { CURVES } from './curves.ts';
import type { CurveName } from './curves.ts';

export interface GrowthArguments {
  readonly curves: readonly CurveName[];
  readonly quick: boolean;
  /** Where `growth.json` and the plots go. */
  readonly folder: string;
}

const FOLDER = '.tmp/growth';

export const GROWTH_OPTIONS = {
  curve: { type: 'string', multiple: true },
  quick: { type: 'boolean', default: false },
  'growth-folder': { type: 'string', default: FOLDER },
} as const;

export const GROWTH_USAGE = `  --curve NAME   of growth: only this curve of ${CURVES.join(', ')} (several)
  --quick        of growth: few points, each of some seconds
  --growth-folder DIR  where growth.json and the plots go (${FOLDER})`;

interface GrowthValues {
  readonly curve?: readonly string[] | undefined;
  readonly quick: boolean;
  readonly 'growth-folder': string;
}

/** undefined when growth is not measured. @throws UsageError */
export function readGrowth(values: GrowthValues, isMeasured: boolean): GrowthArguments | undefined {
  if (!isMeasured) {
    if (values.curve || values.quick) throw new UsageError('--curve and --quick are for growth.');
    return undefined;
  }
  const unknown = values.curve?.filter((name) => !CURVES.some((known) => known === name)) ?? [];
  if (unknown.length > 0) throw new UsageError(`There is no curve "${unknown.join('", "')}".`);
  const curves = values.curve === undefined ? CURVES : CURVES.filter((name) => values.curve?.includes(name));
  return { curves, quick: values.quick, folder: values['growth-folder'] };
}
