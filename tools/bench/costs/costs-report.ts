import { table } from '../figures/table.ts';
import { PARTS } from '../measure/signet-processes.ts';
import type { CostPart, CostsSpent } from './counts.ts';
import { COUNTED } from './counts.ts';

const COLUMNS: readonly CostPart[] = [...PARTS, 'driver'];

/** Two tables, a column for each process: what 1,000 messages cost, where there were any, and what a second cost. */
export function costsReport(
  spent: CostsSpent,
  sent: { readonly messages: number; readonly deliveries: number },
): string {
  const { part, seconds, notes } = spent;
  const count = (number: number): string => number.toLocaleString('en-US');
  const head = `${part}: ${count(sent.messages)} messages, ${count(sent.deliveries)} deliveries in ${seconds.toFixed(1)} s, waits until all processes were idle included`;
  return [
    head,
    ...(sent.messages > 0 ? [tableOf('of 1,000 messages', spent, sent.messages / 1_000)] : []),
    tableOf('a second', spent, seconds),
    ...notes,
  ].join('\n\n');
}

function tableOf(title: string, { costs }: CostsSpent, divisor: number): string {
  const columns = COLUMNS.filter((part) => costs[part] !== undefined);
  const rows = COUNTED.filter((counted) => columns.some((part) => costs[part]?.[counted] !== undefined)).map(
    (counted) => [
      counted,
      ...columns.map((part) => {
        const value = costs[part]?.[counted];
        return value === undefined ? '–' : number(value / divisor);
      }),
    ],
  );
  return table(
    [[title, ...columns], ...rows],
    columns.map((_, index) => index + 1),
  );
}

/** Small numbers with one digit: a heartbeat every ten seconds is not nothing. */
const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });
