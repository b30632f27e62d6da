import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './signet.ts';

/** Seconds between two points of a query. */
const STEP_SECONDS = 2;

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly unknown[] };
}

/** Prometheus, with the requests that Grafana sends. */
export class Prometheus {
  constructor(private readonly url: string) {}

  /** Whether an expression has had data since then. @throws if Prometheus does not accept the expression */
  async hasData(expr: string, since: Date): Promise<boolean> {
    const query = new URLSearchParams({
      query: expr,
      start: String(since.getTime() / 1_000),
      end: String(Date.now() / 1_000),
      step: String(STEP_SECONDS),
    });
    const response = await fetch(`${this.url}/api/v1/query_range?${query.toString()}`);
    const answer = (await response.json()) as Answer;
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result.length > 0;
  }
}

const filesIn = (folder: string): string[] => readdirSync(join(ROOT, folder)).map((name) => join(ROOT, folder, name));

/** Every expression of every panel, with Grafana's variables filled in. */
export const expressionsOfDashboards = (): string[] =>
  filesIn('deploy/grafana/dashboards')
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)])
    .map(([, expr]) => JSON.parse(expr ?? '""') as string)
    .map((expr) => expr.replaceAll('$__rate_interval', '30s').replaceAll(/\$(?:tenant_id|webhook_id)/g, '.*'));

/**
 * Every series that a rule reads. Not the alerts themselves: an alert has data only while it fires, which
 * deploy/prometheus/tests checks.
 */
export const seriesOfRules = (): string[] => {
  const expressions = filesIn('deploy/prometheus/rules')
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^\s*(?:- )?expr: (.*)$/gm)])
    .map(([, expr]) => expr ?? '');
  const names = expressions.flatMap(
    (expr) => expr.replaceAll(/\{[^}]*\}/g, '').match(/\b(?:signet|nodejs_)[a-z0-9_:]+/g) ?? [],
  );
  return [...new Set(names)];
};
