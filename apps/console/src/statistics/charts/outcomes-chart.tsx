import { scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import type { Statistics, StatisticsBucket } from '../../api/model.ts';
import { counted, number, percent } from '../../format/text.ts';
import { deliveredShare, waitingOf } from '../../state/numbers.ts';
import { AreaKey, ChartFrame } from './chart-frame.tsx';
import styles from './chart.module.css';

/** From the bottom to the top. */
const OUTCOMES = [
  ['delivered', 'Delivered'],
  ['failed', 'Failed'],
  ['retrying', 'Retrying'],
  ['pending', 'Pending'],
] as const;
type Outcome = (typeof OUTCOMES)[number][0];

const stacked = stack<StatisticsBucket, Outcome>().keys(OUTCOMES.map(([outcome]) => outcome));

const TICKS = 4;
/** Between two bars, where there is room. */
const GAP_PX = 2;

/** How many deliveries were created in each bucket, and what has come of them. */
export function OutcomesChart({ statistics }: { readonly statistics: Statistics }) {
  const { buckets, total } = statistics;
  const most = Math.max(1, ...buckets.map(({ deliveries }) => deliveries));
  const yOf = (height: number) => scaleLinear([0, most], [height, 0]).nice(TICKS);
  const share = deliveredShare(total);
  return (
    <ChartFrame
      title="Outcomes"
      statistics={statistics}
      summary={`${counted(total.deliveries, 'delivery', 'deliveries')}: ${number(total.delivered)} delivered, ${number(total.failed)} failed, ${number(waitingOf(total))} not delivered yet${share === null ? '' : `; success rate ${percent(share)}`}`}
      legend={OUTCOMES.map(([outcome, name]) => (
        <AreaKey key={outcome} className={styles[outcome]} name={name} />
      ))}
      wordsOf={wordsOf}
      ticks={({ height }) => {
        const y = yOf(height);
        return y
          .ticks(TICKS)
          .filter(Number.isInteger)
          .map((value) => ({ y: y(value), label: number(value) }));
      }}
    >
      {({ height, spanOf }) => {
        const y = yOf(height);
        return stacked(buckets).map((series) => (
          <g key={series.key} className={styles[series.key]}>
            {series.map(([low, high], index) => {
              const [from, until] = spanOf(index);
              const gap = until - from > 3 * GAP_PX ? GAP_PX : 0;
              return (
                high > low && (
                  <rect
                    key={index}
                    x={from + gap / 2}
                    width={Math.max(1, until - from - gap)}
                    y={y(high)}
                    height={y(low) - y(high)}
                  />
                )
              );
            })}
          </g>
        ));
      }}
    </ChartFrame>
  );
}

function wordsOf(bucket: StatisticsBucket): readonly string[] {
  if (bucket.deliveries === 0) return ['No deliveries'];
  const outcomes = OUTCOMES.filter(([outcome]) => bucket[outcome] > 0).map(
    ([outcome, name]) => `${number(bucket[outcome])} ${name.toLowerCase()}`,
  );
  return [...outcomes, counted(bucket.attempts, 'attempt')];
}
