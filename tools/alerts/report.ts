import { table } from '../bench/figures/table.ts';
import type { Played, Seen } from './play.ts';

const seconds = (value: number | undefined): string => (value === undefined ? 'MISSING' : `${value.toFixed(1)} s`);

/** An alert as Prometheus writes it, without what it is always labelled with. */
const written = ({ labels }: Seen): string => {
  const { alertname, severity: _, audience: __, ...others } = labels;
  const pairs = Object.entries(others).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? alertname : `${alertname}{${pairs.join(',')}}`;
};

/** What was seen of each alert as a table, and below it what else was seen. */
export function report(played: readonly Played[]): string {
  const rows = played.flatMap(({ seen }) =>
    seen.map((one) => [one.scenario, written(one), seconds(one.firedAfter), seconds(one.resolvedAfter)]),
  );
  const shown = table([['scenario', 'alert', 'fired after', 'resolved after'], ...rows], [2, 3]);
  const notes = played.flatMap((one) => one.notes.map((note) => `- ${note}`));
  return [shown, '', ...notes].join('\n');
}

/** Whether every alert has fired and resolved, and nothing else was amiss. */
export const isComplete = (played: readonly Played[]): boolean =>
  played.every(
    (one) =>
      one.isComplete &&
      one.seen.every(({ firedAfter, resolvedAfter }) => firedAfter !== undefined && resolvedAfter !== undefined),
  );
