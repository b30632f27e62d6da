import type { Statistics, StatisticsNumbers } from '../api/model.ts';
import { number, percent } from '../format/text.ts';
import { duration } from '../format/time.ts';
import { deliveredShare } from '../state/numbers.ts';
import { useExact } from '../ui/display/time.tsx';
import styles from './numbers-table.module.css';

const COLUMNS: readonly (readonly [name: string, cell: (numbers: StatisticsNumbers) => string])[] = [
  ['Deliveries', ({ deliveries }) => number(deliveries)],
  ['Delivered', ({ delivered }) => number(delivered)],
  ['Failed', ({ failed }) => number(failed)],
  ['Retrying', ({ retrying }) => number(retrying)],
  ['Pending', ({ pending }) => number(pending)],
  ['Success rate', (numbers) => shareOf(numbers)],
  ['Attempts', ({ attempts }) => number(attempts)],
  ...(['p50', 'p95', 'p99'] as const).map(
    (percentile) =>
      [`Delivery ${percentile}`, ({ deliveryMs }: StatisticsNumbers) => timeOf(deliveryMs?.[percentile])] as const,
  ),
  ...(['p50', 'p95', 'p99'] as const).map(
    (percentile) =>
      [`Response ${percentile}`, ({ responseMs }: StatisticsNumbers) => timeOf(responseMs?.[percentile])] as const,
  ),
];

/** The numbers of the charts, bucket by bucket, newest first. Buckets without deliveries are left out. */
export function NumbersTable({ statistics: { buckets, total } }: { readonly statistics: Statistics }) {
  const exact = useExact();
  const rows = buckets.filter(({ deliveries }) => deliveries > 0).toReversed();
  return (
    // It scrolls, so that the arrow keys must reach it.
    <div className={styles['scroll']} tabIndex={0} role="region" aria-label="Deliveries over time">
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Created from</th>
            {COLUMNS.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr className={styles['total']}>
            <th scope="row">All of them</th>
            {COLUMNS.map(([name, cell]) => (
              <td key={name}>{cell(total)}</td>
            ))}
          </tr>
          {rows.map((bucket) => (
            <tr key={bucket.start}>
              <th scope="row">{exact(new Date(bucket.start))}</th>
              {COLUMNS.map(([name, cell]) => (
                <td key={name}>{cell(bucket)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shareOf(numbers: StatisticsNumbers): string {
  const share = deliveredShare(numbers);
  return share === null ? '–' : percent(share);
}

const timeOf = (ms: number | undefined): string => (ms === undefined ? '–' : duration(ms));
