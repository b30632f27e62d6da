import { scaleLinear } from 'd3-scale';
import type { StatisticsGroup } from '../../api/model.ts';
import { counted, number, percent } from '../../format/text.ts';
import { deliveredShare } from '../../state/numbers.ts';
import styles from './chart.module.css';

const SIZE_PX = { width: 52, height: 20 };
/** Even one failed delivery of thousands is seen. */
const LEAST_PX = 2;

interface SparklineProps {
  /** undefined: it has no deliveries, where the numbers are known. */
  readonly group: StatisticsGroup | undefined;
  readonly isKnown: boolean;
}

/** The deliveries of a webhook over time: one bar for each bucket, and above it those that are not delivered. */
export function Sparkline({ group, isKnown }: SparklineProps) {
  if (!isKnown) return <span className="faint">–</span>;
  const series = group?.series ?? [];
  const share = group && deliveredShare(group);
  if (group === undefined || share == null) return <span className="faint">None</span>;
  const y = scaleLinear([0, Math.max(...series.map(({ deliveries }) => deliveries), 1)], [0, SIZE_PX.height]);
  const step = SIZE_PX.width / series.length;
  return (
    <span className={styles['spark']}>
      <svg {...SIZE_PX} aria-hidden="true">
        <line x2={SIZE_PX.width} y1={SIZE_PX.height} y2={SIZE_PX.height} className={styles['base']} />
        {series.map(({ deliveries, delivered, failed }, index) => {
          const heightOf = (count: number): number => (count === 0 ? 0 : Math.max(LEAST_PX, y(count)));
          const [good, bad, waiting] = [
            heightOf(delivered),
            heightOf(failed),
            heightOf(deliveries - delivered - failed),
          ];
          const bar = { x: index * step, width: Math.max(1, step - 0.8) };
          return (
            <g key={index}>
              <rect {...bar} y={SIZE_PX.height - good} height={good} className={styles['delivered']} />
              <rect {...bar} y={SIZE_PX.height - good - bad} height={bad} className={styles['failed']} />
              <rect
                {...bar}
                y={SIZE_PX.height - good - bad - waiting}
                height={waiting}
                className={styles['retrying']}
              />
            </g>
          );
        })}
      </svg>
      <span className="number whole" aria-hidden="true">
        {percent(share)}
      </span>
      <span className="visually-hidden">
        {counted(group.deliveries, 'delivery', 'deliveries')}, {percent(share)} delivered, {number(group.failed)} failed
      </span>
    </span>
  );
}
