import { table } from '../../bench/figures/table.ts';
import { DELIVERED_WITHIN_MS } from './scene.ts';
import type { Outcome } from './scene.ts';

/** What is not as promised; undefined: nothing. */
export function wrongWith({
  noticedAfterMs,
  deliveredAfterMs,
  lost,
  disabled,
  mostAttempts,
  counted,
}: Outcome): string | undefined {
  if (noticedAfterMs === undefined) return 'it was not noticed';
  if (disabled > 0) return `${disabled} webhooks are disabled`;
  if (counted > 0) return `${counted} failures were counted against receivers`;
  if (mostAttempts > 1) return `a delivery has spent ${mostAttempts} attempts`;
  if (lost > 0) return `${lost} deliveries are lost, or late`;
  if (deliveredAfterMs === undefined) return `not all was delivered within ${DELIVERED_WITHIN_MS / 1_000} s`;
  return undefined;
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : `${(ms / 1_000).toFixed(1)} s`);

export function tableOf(rows: readonly Outcome[]): string {
  const head = [
    'fault',
    'noticed after',
    'owed',
    'lost',
    'disabled',
    'counted',
    'most attempts',
    'delivered after',
    '',
  ];
  const lines = rows.map((row) => [
    row.name,
    seconds(row.noticedAfterMs),
    ...[row.owed, row.lost, row.disabled, row.counted, row.mostAttempts].map(String),
    seconds(row.deliveredAfterMs),
    wrongWith(row) ?? 'as promised',
  ]);
  return table([head, ...lines], [1, 2, 3, 4, 5, 6, 7]);
}
