import type { Limit } from '../limit-rounds.ts';
import { isSteady } from '../limit-rounds.ts';
import { PARTS } from '../measure/signet-processes.ts';
import { signetSeconds } from '../measure/cpu.ts';
import { costsReport } from '../costs/costs-report.ts';
import type { CostsSpent } from '../costs/counts.ts';
import type { DriverResult, Figure, Outcome } from './result.ts';
import { table } from './table.ts';

/** Everything that was measured, as text for a terminal. */
export function report(limit: Limit, result: DriverResult | undefined): string {
  const sections = [figures(limit, result?.outcomes ?? []), ...steadiness(limit)];
  if (result !== undefined) {
    sections.push(cpuByProcess(result), ledgers(result.outcomes));
    for (const spent of result.costs) sections.push(costsOf(spent, result.outcomes));
    for (const { part, folder, tables, notes } of result.profiles)
      sections.push(`${part}: profiles and flame graphs are in ${folder}`, ...tables, ...notes);
    for (const { scenario, reason } of result.failures)
      sections.push(`${scenario} could not be run to its end: ${reason}`);
    sections.push(...notesOf(result.outcomes));
  }
  return sections.join('\n\n');
}

/** Of another program, whose processes the benchmark does not know by name. */
export function peerReport(limit: Limit, outcome: Outcome): string {
  const sections = [figures(limit, [outcome]), ...steadiness(limit), ledgers([outcome]), ...notesOf([outcome])];
  return sections.join('\n\n');
}

function steadiness(limit: Limit): string[] {
  if (isSteady(limit)) return [];
  const rounds = limit.rounds.map((round) => number(round, 0)).join(' before the scenarios, ');
  return [`The limit moved during the run (${rounds} after them): this machine was not quiet. Measure again.`];
}

function notesOf(outcomes: readonly Outcome[]): string[] {
  const notes = outcomes.flatMap(({ scenario, notes }) => notes.map((note) => `${scenario}: ${note}`));
  return notes.length === 0 ? [] : [`Notes\n${notes.map((note) => `  ${note}`).join('\n')}`];
}

function figures(limit: Limit, outcomes: readonly Outcome[]): string {
  const rows = [
    ['scenario', 'figure', 'measured', 'target', '', 'of the limit'],
    ['limit', 'raw signed POSTs a second, one Node process', number(limit.perSecond, 0)],
    ['', 'CPU seconds per 1,000 POSTs', number(limit.cpuSecondsPer1000, 3)],
  ];
  for (const { scenario, figures } of outcomes) {
    figures.forEach((figure, index) =>
      rows.push([
        index === 0 ? scenario : '',
        figure.name,
        `${number(figure.value, figure.digits)}${figure.unit === undefined ? '' : ` ${figure.unit}`}`,
        figure.target === undefined ? '' : `${figure.target.relation} ${figure.target.value.toLocaleString('en-US')}`,
        verdict(figure),
        ofLimit(figure, limit),
      ]),
    );
  }
  return table(rows, [2, 3, 5]);
}

export function isMet({ value, target }: Figure): boolean | undefined {
  if (target === undefined || Number.isNaN(value)) return undefined;
  return target.relation === '≥' ? value >= target.value : value <= target.value;
}

function verdict(figure: Figure): string {
  const met = isMet(figure);
  return met === undefined ? '' : met ? 'met' : 'NOT met';
}

/** A rate as a share of the raw rate, CPU as a multiple of what a raw POST costs its sender. */
export function ofLimit({ value, comparison }: Figure, limit: Limit): string {
  switch (comparison) {
    case undefined:
      return '';
    case 'rate':
      return `${number((value / limit.perSecond) * 100, 1)} %`;
    case 'cpu':
      return `${number(value / limit.cpuSecondsPer1000, 1)} ×`;
  }
}

function cpuByProcess({ outcomes, memory, unseen }: DriverResult): string {
  const parts = PARTS.filter((part) => !unseen.includes(part));
  if (parts.length === 0) return 'CPU and memory by process: this platform has no /proc, so they were not measured.';
  const rows = [['CPU s per 1,000 deliveries', ...parts, 'together', '│ driver', 'receiver', 'others']];
  for (const { scenario, cpu } of outcomes) {
    if (cpu === undefined) continue;
    const { spent, deliveries } = cpu;
    const each = [...parts.map((part) => spent.parts[part] ?? 0), signetSeconds(spent), spent.driver, spent.receiver];
    const cells = [...each, spent.others].map((seconds) => number(seconds / (deliveries / 1_000), 3));
    rows.push([scenario, ...cells]);
  }
  rows.push(['memory at the end, MB', ...parts.map((part) => number((memory[part] ?? 0) / 1_048_576, 0))]);
  const right = Array.from({ length: parts.length + 4 }, (_, index) => index + 1);
  const hint = unseen.length === 0 ? '' : `\nNot found on this machine, so not counted: ${unseen.join(', ')}.`;
  return table(rows, right) + hint;
}

function costsOf(spent: CostsSpent, outcomes: readonly Outcome[]): string {
  const {
    accepted = 0,
    once = 0,
    repeated = 0,
  } = outcomes.find(({ scenario }) => scenario === spent.part)?.ledger ?? {};
  return costsReport(spent, { messages: accepted, deliveries: once + repeated });
}

function ledgers(outcomes: readonly Outcome[]): string {
  const head = ['messages and deliveries', 'sent', 'accepted', 'owed', 'once', 'repeated', 'MISSING'];
  const rows = outcomes.map(({ scenario, ledger }) => [
    scenario,
    ...[ledger.sent, ledger.accepted, ledger.expected, ledger.once, ledger.repeated, ledger.missing].map((count) =>
      number(count, 0),
    ),
  ]);
  return table([head, ...rows], [1, 2, 3, 4, 5, 6]);
}

const number = (value: number, digits: number): string =>
  Number.isFinite(value)
    ? value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : '–';
