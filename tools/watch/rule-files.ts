import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS } from '../docs/metrics.ts';
import { ROOT } from '../dev/settings.ts';

export const PROMETHEUS = join(ROOT, 'deploy/prometheus');
export const ALERTMANAGER_CONFIG = join(ROOT, 'deploy/alertmanager/alertmanager.yaml');

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(PROMETHEUS, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(PROMETHEUS, folder, name));

export const ruleFiles = (): string[] => filesIn('rules', '.rules.yaml');
export const ruleTests = (): string[] => filesIn('tests', '.test.yaml');

const textOf = (files: readonly string[]): string => files.map((file) => readFileSync(file, 'utf8')).join('\n');

/** The values of a key in the rule files, each on a line of its own, as ours are written. */
export const valuesOf = (key: 'alert' | 'record' | 'expr' | 'runbook_url'): string[] =>
  [...textOfRules().matchAll(new RegExp(`^\\s*(?:- )?${key}: (.*)$`, 'gm'))].map(([, value]) => value ?? '');

export const textOfRules = (): string => textOf(ruleFiles());

/** Names of metrics and recorded series in an expression of PromQL. */
export const metricsIn = (expr: string): string[] =>
  [...expr.matchAll(/\b(?:signet[a-z0-9_:]+|nodejs_[a-z0-9_]+|process_[a-z0-9_]+|http_server_[a-z0-9_]+)/g)].map(
    ([name]) => name,
  );

/** Every series that a service of ours or a rule makes, and those of Node.js that are named. */
export const knownSeries = (ofNode: readonly string[]): ReadonlySet<string> => {
  const declared = Object.values(METRICS).flatMap((metrics) =>
    Object.values(metrics).flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`] : [name],
    ),
  );
  return new Set([...declared, ...valuesOf('record'), ...ofNode]);
};
