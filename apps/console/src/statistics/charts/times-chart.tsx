import { scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import type { Statistics, StatisticsBucket } from '../../api/model.ts';
import { duration } from '../../format/time.ts';
import { ChartFrame, LineKey } from './chart-frame.tsx';
import styles from './chart.module.css';

const PERCENTILES = ['p50', 'p95', 'p99'] as const;
/** Round times, a factor of ten or six apart: 1 ms to 10 days. */
const MARKS_MS = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 86_400_000, 864_000_000];

const NONE = {
  deliveryMs: 'Nothing was delivered in this time.',
  responseMs: 'No receiver has answered in this time.',
};

interface TimesChartProps {
  readonly title: string;
  readonly statistics: Statistics;
  readonly of: 'deliveryMs' | 'responseMs';
}

/** Percentiles of times. The scale is logarithmic: a retry takes a minute where a first attempt takes milliseconds. */
export function TimesChart({ title, statistics, of }: TimesChartProps) {
  const { buckets, total } = statistics;
  const known = buckets.flatMap((bucket) => bucket[of] ?? []);
  const domain = [
    Math.max(1, Math.min(...known.map(({ p50 }) => p50), 1_000)),
    Math.max(...known.map(({ p99 }) => p99), 10),
  ];
  const yOf = (height: number) => scaleLog(domain, [height, 0]).nice();
  const times = total[of];
  if (times === null)
    return (
      <figure className={styles['chart']}>
        <figcaption className={styles['title']}>{title}</figcaption>
        <p className={styles['none']}>{NONE[of]}</p>
      </figure>
    );
  return (
    <ChartFrame
      title={title}
      statistics={statistics}
      summary={PERCENTILES.map((percentile) => `${percentile} ${duration(times[percentile])}`).join(', ')}
      legend={PERCENTILES.map((percentile) => (
        <LineKey key={percentile} className={styles[percentile]} name={percentile} />
      ))}
      wordsOf={(bucket) => wordsOf(bucket[of])}
      ticks={({ height }) => {
        const y = yOf(height);
        const [least = 1, most = 1] = y.domain();
        return MARKS_MS.filter((ms) => ms >= least && ms <= most).map((ms) => ({ y: y(ms), label: duration(ms) }));
      }}
    >
      {({ height, spanOf }) => {
        const y = yOf(height);
        const middleOf = (index: number): number => (spanOf(index)[0] + spanOf(index)[1]) / 2;
        return PERCENTILES.map((percentile) => (
          <g key={percentile} className={styles[percentile]}>
            <path
              d={
                line<StatisticsBucket>()
                  .defined((bucket) => bucket[of] !== null)
                  .x((_, index) => middleOf(index))
                  .y((bucket) => y(bucket[of]?.[percentile] ?? 1))(buckets) ?? ''
              }
            />
            {buckets.map((bucket, index) => {
              const at = bucket[of];
              // A line needs two points: a bucket between two empty ones gets a dot.
              const isAlone = !buckets[index - 1]?.[of] && !buckets[index + 1]?.[of];
              return at && isAlone && <circle key={index} cx={middleOf(index)} cy={y(at[percentile])} r={2} />;
            })}
          </g>
        ));
      }}
    </ChartFrame>
  );
}

const wordsOf = (times: StatisticsBucket['deliveryMs']): readonly string[] =>
  times === null ? ['Not known'] : PERCENTILES.map((percentile) => `${percentile} ${duration(times[percentile])}`);
