import { table } from '../figures/table.ts';
import type { ProfileTimes } from './self-time.ts';

/** Rows of the table; the rest stands in one more row. */
const SHOWN = 20;

const seconds = (micros: number): string => (micros / 1e6).toFixed(2);

/** The packages and folders with the largest self time of one process. */
export function timesReport(name: string, { busyMicros, idleMicros, owners }: ProfileTimes): string {
  const head = `${name}: busy for ${seconds(busyMicros)} of ${seconds(busyMicros + idleMicros)} s`;
  const rest = owners.slice(SHOWN);
  const left = rest.reduce((sum, { micros }) => sum + micros, 0);
  const rows = [
    ...owners.slice(0, SHOWN),
    ...(rest.length > 0 ? [{ owner: `${rest.length} others`, micros: left, share: left / busyMicros }] : []),
  ].map(({ owner, micros, share }) => [`${(share * 100).toFixed(1)} %`, (micros / 1_000).toFixed(0), owner]);
  return `${head}\n${table([['share', 'self, ms', 'package or folder'], ...rows], [0, 1])}`;
}
