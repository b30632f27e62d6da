import { textOfRules } from './rule-files.ts';

/** `> 60`, `>= 3`, `== 1`, `> 14.4 * 0.001`: what an expression is compared with. */
const COMPARISON = /(>=|>|==) (\d[\d.]*(?: \* \d[\d.]*)*)(?= |$)/;

/** The value from which on an expression holds: a count that is `> 0` holds from 1 on. @throws where it compares with no number */
export function limitIn(expr: string): number {
  const [, comparator, product] = COMPARISON.exec(expr) ?? [];
  if (product === undefined) throw new Error(`There is no limit in ${expr}`);
  const limit = product.split(' * ').reduce((result, factor) => result * Number(factor), 1);
  // 14.4 * 0.001 is 0.0144 and not a hair beside it.
  return comparator === '>' && limit === 0 ? 1 : Number(limit.toPrecision(12));
}

/** The limits of an alert of deploy/prometheus/rules, one for each rule of this name; in the order of the file. */
export function limitsOf(alert: string): [number, ...number[]] {
  const rules = [...textOfRules().matchAll(/^\s*- alert: (\w+)\n\s*expr: (.*)$/gm)];
  const [first, ...others] = rules.filter(([, name]) => name === alert).map(([, , expr]) => limitIn(expr ?? ''));
  if (first === undefined) throw new Error(`There is no alert ${alert}.`);
  return [first, ...others];
}

/** The limit of an alert that has one rule. */
export const limitOf = (alert: string): number => limitsOf(alert)[0];

/** Seconds within which a first attempt is to start, as the recording rules of the objective have it. */
export function objectiveSeconds(): number {
  const seconds = new Set(
    [...textOfRules().matchAll(/first_attempt_delay_seconds_bucket\{[^}]*\ble="([\d.]+)"/g)].map(([, le]) => le),
  );
  if (seconds.size !== 1) throw new Error(`The objective has ${seconds.size} bounds: ${[...seconds].join(', ')}`);
  return Number([...seconds][0]);
}
