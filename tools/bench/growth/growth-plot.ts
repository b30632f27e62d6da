import type { GroupMark, Spec } from 'vega';
import { parse, View } from 'vega';
import { CURVE } from './curves.ts';
import type { CurveName, GrowthPoint } from './curves.ts';

const WIDTH = 640;
const PANEL = 150;
const GAP = 40;
const BYTES_PER_MB = 1e6;

interface Panel {
  readonly title: string;
  readonly value: (point: GrowthPoint) => number | undefined;
}

const PANELS: readonly Panel[] = [
  { title: 'deliveries a second', value: ({ perSecond }) => perSecond },
  { title: 'CPU seconds per 1,000 deliveries', value: ({ cpuSecondsPer1000 }) => cpuSecondsPer1000 },
  { title: 'memory of delivery, MB', value: ({ deliveryBytes }) => deliveryBytes && deliveryBytes / BYTES_PER_MB },
];

/** The points of one curve as SVG: below each other the rate, the CPU of a delivery and the memory, over a logarithmic axis. */
export async function growthPlot(curve: CurveName, points: readonly GrowthPoint[]): Promise<string> {
  const view = new View(parse(specOf(curve, points)), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function specOf(curve: CurveName, points: readonly GrowthPoint[]): Spec {
  const xs = points.map(({ x }) => x);
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: WIDTH,
    height: PANELS.length * (PANEL + GAP),
    padding: 12,
    background: 'white',
    title: { text: `Growth: ${CURVE[curve].label}`, anchor: 'start' },
    scales: [{ name: 'x', type: 'log', domain: [Math.min(...xs), Math.max(...xs)], range: [0, WIDTH] }],
    marks: PANELS.map((panel, index) => panelOf(panel, index, points)),
  };
}

function panelOf({ title, value }: Panel, index: number, points: readonly GrowthPoint[]): GroupMark {
  // What could not be measured has no point.
  const values = points.map((point) => ({ x: point.x, y: value(point) })).filter(({ y }) => Number.isFinite(y));
  const place = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  return {
    type: 'group',
    encode: {
      enter: { y: { value: index * (PANEL + GAP) }, width: { value: WIDTH }, height: { value: PANEL } },
    },
    data: [{ name: 'points', values }],
    scales: [
      {
        name: 'y',
        type: 'linear',
        domain: [0, Math.max(0, ...values.map(({ y }) => y ?? 0)) || 1],
        nice: true,
        range: [PANEL, 0],
      },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', tickCount: 6, format: '~s' },
      { orient: 'left', scale: 'y', tickCount: 4, grid: true, format: '~s' },
    ],
    title: { text: title, anchor: 'start', fontSize: 11, fontWeight: 'normal' },
    marks: [
      {
        type: 'line',
        from: { data: 'points' },
        encode: { enter: { ...place, stroke: { value: '#3b6fb6' }, strokeWidth: { value: 2 } } },
      },
      {
        type: 'symbol',
        from: { data: 'points' },
        encode: { enter: { ...place, fill: { value: '#3b6fb6' }, size: { value: 40 } } },
      },
    ],
  };
}
