import { describe, expect, test } from '@jest/globals';
import { CURVE, CURVES } from './curves.ts';
import type { GrowthPoint } from './curves.ts';
import { growthPlot } from './growth-plot.ts';

const point = (x: number, perSecond: number, deliveryBytes?: number): GrowthPoint => ({
  curve: 'message-size',
  x,
  perSecond,
  cpuSecondsPer1000: 0.5,
  deliveryBytes,
});

describe('the plot of a curve', () => {
  test('is an SVG with a panel for each figure, over one axis', async () => {
    const svg = await growthPlot('message-size', [point(500, 4_000, 150e6), point(8_000, 2_000, 180e6)]);
    expect(svg).toMatch(/^<svg /);
    for (const text of ['bytes of data in a message', 'deliveries a second', 'CPU seconds', 'memory of delivery'])
      expect(svg).toContain(text);
    // The line of the first panel goes from its top left corner to half of its height at the right end.
    expect(svg).toContain('d="M0,0L640,75"');
    expect(svg.match(/mark-symbol/g)).toHaveLength(3);
  });

  test('leaves out what could not be measured', async () => {
    const svg = await growthPlot('message-size', [
      point(500, 4_000),
      { ...point(8_000, 2_000), cpuSecondsPer1000: NaN },
    ]);
    expect(svg).not.toContain('NaN');
  });

  test('of one point is a plot, too', async () => {
    expect(await growthPlot('tenants', [point(1, 4_000)])).not.toContain('NaN');
  });
});

test('every curve grows, and so does its quick form', () => {
  for (const name of CURVES)
    for (const points of [CURVE[name].points, CURVE[name].quick]) {
      expect(points.length).toBeGreaterThan(1);
      expect(points).toEqual(points.toSorted((one, other) => one - other));
      // The axis is logarithmic.
      expect(points[0]).toBeGreaterThan(0);
    }
});
