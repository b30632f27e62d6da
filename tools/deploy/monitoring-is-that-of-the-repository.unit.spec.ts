import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { ROOT } from '../dev/settings.ts';
import { ruleFiles } from '../watch/rule-files.ts';
import { kustomizeCommand, manifestsOf, renderedOverlay } from './kustomize.ts';
import { isOurs, ofKind, podsOf, selects } from './manifests.ts';
import type { Fields } from './manifests.ts';

const built = kustomizeCommand() ? test : test.skip;
const text = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

built('the rules of the operator are those of the rule files', () => {
  const rules = ofKind(manifestsOf(renderedOverlay('production')), 'PrometheusRule').map(({ spec }) => spec as Fields);
  const files = ruleFiles().map((file) => load(readFileSync(file, 'utf8')) as Fields);
  expect(rules.sort(byFirstGroup)).toEqual(files.sort(byFirstGroup));
});

built('every dashboard is in a ConfigMap that Grafana takes up', () => {
  const maps = ofKind(manifestsOf(renderedOverlay('production')), 'ConfigMap').filter(
    ({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1',
  );
  const held = Object.assign({}, ...maps.map(({ data }) => data)) as Record<string, string>;
  const folder = 'deploy/grafana/dashboards';
  expect(held).toEqual(Object.fromEntries(readdirSync(join(ROOT, folder)).map((name) => [name, text(folder, name)])));
});

built('Prometheus asks the management port of every service, under the job that the rules name', () => {
  const objects = manifestsOf(renderedOverlay('production'));
  const [monitor] = ofKind(objects, 'PodMonitor');
  const pods = podsOf(objects).filter((pod) => isOurs(pod) && pod.workload.kind === 'Deployment');
  const jobs = (load(text('deploy/prometheus/prometheus.yaml')) as Fields)['scrape_configs']
    .map(({ job_name }: Fields) => job_name as string)
    .filter((name: string) => name.startsWith('signet-'));
  expect(pods.map(({ metadata }) => metadata.labels[monitor?.spec?.['jobLabel']]).sort()).toEqual(jobs.sort());
  expect(pods.every(({ metadata }) => selects(monitor?.spec?.['selector'], metadata.labels))).toBe(true);
  expect(monitor?.spec?.['podMetricsEndpoints'].map(({ port }: Fields) => port)).toEqual(['management']);
});

const byFirstGroup = (a: Fields, b: Fields): number => a['groups'][0].name.localeCompare(b['groups'][0].name);
