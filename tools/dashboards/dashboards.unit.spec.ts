import { expect, test } from '@jest/globals';
import { knownSeries, metricsIn } from '../watch/rule-files.ts';
import { DASHBOARDS } from './dashboards.ts';

const panels = DASHBOARDS.flatMap(({ title, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => [`${title}: ${panel.title}`, panel] as const)),
);

test.each(panels)('%s says what is normal, in a unit, with a legend', (_name, { normal, unit, queries }) => {
  expect(normal).toMatch(/^.{10,}\.$/);
  expect(unit).not.toBe('');
  expect(queries.length).toBeGreaterThan(0);
  for (const { legend } of queries) expect(legend).not.toBe('');
});

test('every metric of a panel is one that a service or a rule makes', () => {
  const ofNode = ['nodejs_eventloop_lag_p99_seconds', 'process_cpu_seconds_total', 'process_resident_memory_bytes'];
  const known = knownSeries(ofNode);
  const used = panels.flatMap(([, { queries }]) => queries.flatMap(({ expr }) => metricsIn(expr)));
  expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([]);
});

test('a metric that an alert compares has its line where it is drawn', () => {
  const lines = panels.filter(([, { alertAbove }]) => alertAbove !== undefined);
  expect(lines.length).toBeGreaterThan(8);
});
