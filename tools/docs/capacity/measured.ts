import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../dev/settings.ts';
import type { BenchFile } from './cost.ts';

/** A file that the benchmark wrote, as it wrote it. */
export interface Measurement {
  /** From the root of the repository. */
  readonly file: string;
  readonly arguments: string;
}

/** A day that has just begun: tables and indexes are small. */
export const EMPTY_DAY: Measurement = measurement('empty-day.json', 'kafka fan-out-10 --storage');

/** Deliveries that were there before the second measurement. */
export const RECORDED = 300_000;
export const FULL_DAY: Measurement = measurement(
  'full-day.json',
  `kafka --storage --recorded ${RECORDED} --messages 1000`,
);

function measurement(name: string, wanted: string): Measurement {
  const file = `tools/docs/capacity/measured/${name}`;
  return { file, arguments: `${wanted} --json ${file}` };
}

export const benchFile = ({ file }: Measurement): BenchFile =>
  JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as BenchFile;
