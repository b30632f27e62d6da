import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { load } from 'js-yaml';
import { ruleFiles, ruleTests } from './rule-files.ts';

type Labels = Readonly<Record<string, string>>;

/** A rule of deploy/prometheus/rules that makes an alert. */
export interface AlertRule {
  readonly file: string;
  readonly alert: string;
  readonly labels: Labels;
  /** undefined: it fires at once. */
  readonly for?: string;
}

/** What a test of promtool expects of the alerts at one time. */
export interface Expectation {
  /** File and name of the test that it belongs to. */
  readonly test: string;
  /** Rule files that the test reads. */
  readonly files: readonly string[];
  /** Of the alerts that are looked at: `alertname`, `alertstate` and so on. */
  readonly matchers: readonly { readonly label: string; readonly isEqual: boolean; readonly value: string }[];
  /** Labels of each alert, or group of alerts, that is to be there. */
  readonly alerts: readonly Labels[];
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly (Omit<AlertRule, 'file'> & { readonly record?: string })[] }[];
}
interface TestFile {
  readonly rule_files: readonly string[];
  readonly tests: readonly {
    readonly name: string;
    readonly promql_expr_test?: readonly {
      readonly expr: string;
      readonly exp_samples: readonly { readonly labels: string }[];
    }[];
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly { readonly exp_labels: Labels }[];
    }[];
  }[];
}

const yamlOf = (file: string): unknown => load(readFileSync(file, 'utf8'));

export const alertRules = (): AlertRule[] =>
  ruleFiles().flatMap((file) =>
    (yamlOf(file) as RuleFile).groups
      .flatMap(({ rules }) => rules)
      .filter(({ alert }) => alert !== undefined)
      .map((rule) => ({ ...rule, file: basename(file) })),
  );

export const expectations = (): Expectation[] =>
  ruleTests().flatMap((file) => {
    const { rule_files, tests } = yamlOf(file) as TestFile;
    const files = rule_files.map((name) => basename(name));
    return tests.flatMap(({ name, promql_expr_test = [], alert_rule_test = [] }) => {
      const test = `${basename(file)}: ${name}`;
      return [
        ...promql_expr_test.flatMap(({ expr, exp_samples }) =>
          [...expr.matchAll(/\bALERTS(?:\{([^}]*)\})?/g)].map(([, matchers = '']) => ({
            ...{ test, files, matchers: matchersIn(matchers) },
            alerts: exp_samples.map(({ labels }) => labelsIn(labels)),
          })),
        ),
        // promtool counts an alert here only when it fires.
        ...alert_rule_test.map(({ alertname, exp_alerts }) => ({
          ...{ test, files, matchers: matchersIn(`alertname="${alertname}",alertstate="firing"`) },
          alerts: exp_alerts.map(({ exp_labels }) => exp_labels),
        })),
      ];
    });
  });

const PAIR = /(\w+)(=|!=)"([^"]*)"/g;
const matchersIn = (text: string): Expectation['matchers'] =>
  [...text.matchAll(PAIR)].map(([, label = '', operator, value = '']) => ({ label, isEqual: operator === '=', value }));
const labelsIn = (text: string): Labels =>
  Object.fromEntries(matchersIn(text).map(({ label, value }) => [label, value]));

/** The labels of an alert, as far as its rule says them. */
const fixedLabels = ({ alert, labels }: AlertRule): Labels => ({ ...labels, alertname: alert });

/** Whether the expectation would see this rule fire. */
const looksAt = (rule: AlertRule, { files, matchers }: Expectation): boolean =>
  files.includes(rule.file) &&
  matchers.every(({ label, isEqual, value }) => {
    const own = fixedLabels(rule)[label];
    return own === undefined || (own === value) === isEqual;
  });

/** Whether an alert of this rule can have these labels. */
const canBe = (rule: AlertRule, labels: Labels): boolean =>
  Object.entries(fixedLabels(rule)).every(([name, value]) => labels[name] === undefined || labels[name] === value);

/** Whether the test expects this very rule, and no other, to fire. */
export const firesIn = (rule: AlertRule, expected: Expectation, rules: readonly AlertRule[]): boolean => {
  const isFiring = expected.matchers.some(({ label, value }) => label === 'alertstate' && value === 'firing');
  if (!looksAt(rule, expected) || (rule.for !== undefined && !isFiring)) return false;
  const candidates = rules.filter((other) => looksAt(other, expected));
  return expected.alerts.some(
    (labels) => canBe(rule, labels) && candidates.filter((other) => canBe(other, labels)).length === 1,
  );
};

/** Whether the test expects this rule not to fire. */
export const isQuietIn = (rule: AlertRule, expected: Expectation): boolean =>
  looksAt(rule, expected) && !expected.alerts.some((labels) => canBe(rule, labels));
