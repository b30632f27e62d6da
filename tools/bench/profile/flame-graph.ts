import type { Spec } from 'vega';
import { parse, View } from 'vega';
import type { FlameFrame } from './frames.ts';

const WIDTH = 1_600;
const ROW = 17;
/** Narrower frames have no room for a letter. */
const NARROWEST_LABEL = 24;

const COLOURS = {
  'own code': '#f2a65a',
  packages: '#8ab6d6',
  Node: '#a9d18e',
  'V8 and system calls': '#d0d0d0',
} as const;
type Kind = keyof typeof COLOURS;

function kindOf(owner: string): Kind {
  if (owner.startsWith('(')) return 'V8 and system calls';
  if (owner.startsWith('node:')) return 'Node';
  return /^(?:apps|libs|tools)\//.test(owner) ? 'own code' : 'packages';
}

/** A flame graph as SVG, callers above. A frame is as wide as the time of the function and of all that it called. */
export async function flameGraph(title: string, frames: readonly FlameFrame[]): Promise<string> {
  const view = new View(parse(specOf(title, frames)), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function specOf(title: string, frames: readonly FlameFrame[]): Spec {
  const depths = new Map<number, number>();
  for (const { id, parent } of frames) depths.set(id, parent === null ? 0 : (depths.get(parent) ?? 0) + 1);
  const height = (Math.max(0, ...depths.values()) + 1) * ROW;
  const values = frames.map((frame) => ({
    ...frame,
    kind: kindOf(frame.owner),
    label: frame.owner.startsWith('(') ? frame.name : `${frame.name} · ${frame.owner}`,
  }));
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: WIDTH,
    height,
    padding: 8,
    background: 'white',
    title: { text: title, anchor: 'start' },
    data: [
      {
        name: 'frames',
        values,
        transform: [
          { type: 'stratify', key: 'id', parentKey: 'parent' },
          {
            type: 'partition',
            field: 'self',
            sort: { field: 'value', order: 'descending' },
            size: [WIDTH, height],
          },
        ],
      },
      {
        name: 'labels',
        source: 'frames',
        transform: [{ type: 'filter', expr: `datum.x1 - datum.x0 > ${NARROWEST_LABEL}` }],
      },
    ],
    scales: [{ name: 'colour', type: 'ordinal', domain: Object.keys(COLOURS), range: Object.values(COLOURS) }],
    legends: [{ fill: 'colour', orient: 'bottom', direction: 'horizontal', symbolType: 'square' }],
    marks: [
      {
        type: 'rect',
        from: { data: 'frames' },
        aria: false,
        encode: {
          enter: {
            x: { field: 'x0' },
            x2: { field: 'x1' },
            y: { field: 'y0' },
            y2: { field: 'y1' },
            fill: { scale: 'colour', field: 'kind' },
            stroke: { value: 'white' },
            strokeWidth: { value: 0.5 },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'labels' },
        aria: false,
        encode: {
          enter: {
            x: { signal: 'datum.x0 + 3' },
            y: { signal: '(datum.y0 + datum.y1) / 2' },
            baseline: { value: 'middle' },
            fontSize: { value: 11 },
            text: { field: 'label' },
            limit: { signal: 'datum.x1 - datum.x0 - 6' },
          },
        },
      },
    ],
  };
}
