import { useElementSize, useMergedRef } from '@mantine/hooks';
import { scaleTime, scaleUtc } from 'd3-scale';
import type { ScaleTime } from 'd3-scale';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Statistics, StatisticsBucket } from '../../api/model.ts';
import { axisTime } from '../../format/time.ts';
import { useExact, useTimes } from '../../ui/display/time.tsx';
import styles from './chart.module.css';

const HEIGHT_PX = 168;
const MARGIN = { top: 8, right: 8, bottom: 22, left: 46 };
/** Labels of times need this much room each. */
const LABEL_PX = 88;
/** Half of a label. */
const EDGE_PX = 14;

/** Where the marks of a chart are drawn. */
export interface Plot {
  readonly x: ScaleTime<number, number>;
  readonly width: number;
  readonly height: number;
  /** Where a bucket begins and ends, pixels. */
  readonly spanOf: (index: number) => readonly [from: number, until: number];
}

export interface Tick {
  readonly y: number;
  readonly label: string;
}

interface ChartFrameProps {
  readonly title: string;
  readonly statistics: Statistics;
  /** What the whole chart shows, in a sentence for those who do not see it. */
  readonly summary: string;
  readonly legend: ReactNode;
  /** The numbers of one bucket, in words. */
  readonly wordsOf: (bucket: StatisticsBucket) => readonly string[];
  readonly ticks: (plot: Plot) => readonly Tick[];
  readonly children: (plot: Plot) => ReactNode;
}

/**
 * Axes around a chart, and a slider over it: pointer, finger or arrow keys choose a bucket, whose numbers are shown. Screen readers
 * meet the slider only, which says the numbers of the chosen bucket.
 */
export function ChartFrame({ title, statistics, summary, legend, wordsOf, ticks, children }: ChartFrameProps) {
  const { from, to, bucket, buckets } = statistics;
  const { ref, width: outer } = useElementSize();
  const place = useRef<HTMLDivElement>(null);
  const merged = useMergedRef(ref, place);
  const [chosen, setChosen] = useState<number | null>(null);
  const exact = useExact();
  // Days are counted by UTC.
  const isUtc = useTimes().times === 'utc' || bucket === '1d';
  const [width, height] = [Math.max(0, outer - MARGIN.left - MARGIN.right), HEIGHT_PX - MARGIN.top - MARGIN.bottom];
  const x = (isUtc ? scaleUtc() : scaleTime()).domain([new Date(from), new Date(to)]).range([0, width]);
  const startOf = (index: number): Date => new Date(buckets[index]?.start ?? to);
  const plot: Plot = { x, width, height, spanOf: (index) => [x(startOf(index)), x(startOf(index + 1))] };
  const last = buckets.length - 1;
  const index = chosen === null ? null : Math.min(chosen, last);
  const shown = index === null ? undefined : buckets[index];
  const words = shown && wordsOf(shown);
  const choose = (clientX: number): void => {
    const left = (place.current?.getBoundingClientRect().left ?? 0) + MARGIN.left;
    setChosen(Math.max(0, Math.min(last, Math.floor(((clientX - left) / Math.max(1, width)) * buckets.length))));
  };
  return (
    <figure className={styles['chart']}>
      <figcaption className={styles['head']}>
        <span className={styles['title']}>{title}</span>
        <span className={styles['legend']} aria-hidden="true">
          {legend}
        </span>
      </figcaption>
      <div ref={merged} className={styles['plot']} style={{ height: HEIGHT_PX }}>
        {width > 0 && (
          <svg width={outer} height={HEIGHT_PX} role="img" aria-label={`${title}: ${summary}`}>
            <g transform={`translate(${MARGIN.left},${MARGIN.top})`} aria-hidden="true">
              {ticks(plot).map(({ y, label }) => (
                <g key={label} transform={`translate(0,${y})`}>
                  <line x2={width} className={styles['grid']} />
                  <text x={-8} dy="0.32em" textAnchor="end" className={styles['label']}>
                    {label}
                  </text>
                </g>
              ))}
              {x
                .ticks(Math.max(2, Math.floor(width / LABEL_PX)))
                // A label at the very edge would be cut off.
                .filter((at) => x(at) >= EDGE_PX && x(at) <= width - EDGE_PX)
                .map((at) => (
                  <text key={at.getTime()} x={x(at)} y={height + 16} textAnchor="middle" className={styles['label']}>
                    {axisTime(at, isUtc)}
                  </text>
                ))}
              {index !== null && (
                <rect
                  x={plot.spanOf(index)[0]}
                  width={Math.max(1, plot.spanOf(index)[1] - plot.spanOf(index)[0])}
                  height={height}
                  className={styles['chosen']}
                />
              )}
              {children(plot)}
            </g>
          </svg>
        )}
        <input
          type="range"
          className={styles['cover']}
          aria-label={`${title}: time`}
          aria-valuetext={
            index === null || words === undefined ? summary : `${exact(startOf(index))}: ${words.join(', ')}`
          }
          min={0}
          max={last}
          value={index ?? last}
          onChange={({ currentTarget }) => setChosen(currentTarget.valueAsNumber)}
          onPointerMove={({ clientX }) => choose(clientX)}
          onPointerDown={({ clientX }) => choose(clientX)}
          onPointerLeave={() => setChosen(null)}
          onFocus={({ currentTarget }) => currentTarget.matches(':focus-visible') && setChosen(last)}
          onBlur={() => setChosen(null)}
        />
        {index !== null && words && (
          <div
            className={styles['readout']}
            aria-hidden="true"
            style={sideOf(MARGIN.left + (plot.spanOf(index)[0] + plot.spanOf(index)[1]) / 2, outer)}
          >
            <strong>{exact(startOf(index))}</strong>
            {words.map((word) => (
              <div key={word}>{word}</div>
            ))}
          </div>
        )}
      </div>
    </figure>
  );
}

/** The readout stands beside the chosen bucket, on the side that has more room. */
const sideOf = (at: number, width: number) => (at < width / 2 ? { left: at + 12 } : { right: width - at + 12 });

interface KeyProps {
  readonly className: string | undefined;
  readonly name: string;
}

/** An entry of the legend: a square of an area. */
export const AreaKey = ({ className, name }: KeyProps) => (
  <span className={styles['key']}>
    <svg width="9" height="9">
      <rect width="9" height="9" rx="2" className={className} />
    </svg>
    {name}
  </span>
);

/** An entry of the legend: a piece of a line. */
export const LineKey = ({ className, name }: KeyProps) => (
  <span className={styles['key']}>
    <svg width="18" height="9">
      <line x2="18" y1="4.5" y2="4.5" className={className} />
    </svg>
    {name}
  </span>
);
