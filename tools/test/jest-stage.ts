import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StageResult } from './stage.ts';
import { announce, runCommand, secondsSince } from './stage.ts';

export interface JestStage {
  readonly name: string;
  /** Arguments of jest: which files, how many at a time. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where the counts may be written. */
  readonly folder: string;
}

/** The part of jest's JSON that we read. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that could not be run at all. */
  readonly numRuntimeErrorTestSuites: number;
}

/** Runs jest over ES modules and counts by its own report. A file that cannot be run is a failed test. */
export async function jestStage({ name, args, env, folder }: JestStage): Promise<StageResult> {
  const startedAt = performance.now();
  announce(name);
  const report = join(folder, 'jest.json');
  rmSync(report, { force: true });
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  node.push('--disable-warning=TimeoutNegativeWarning', 'node_modules/jest/bin/jest.js');
  const ended = await runCommand([...node, '--passWithNoTests', '--json', `--outputFile=${report}`, ...args], env);
  return { name, ...counts(report, ended), seconds: secondsSince(startedAt) };
}

function counts(report: string, ended: boolean): Pick<StageResult, 'passed' | 'failed' | 'skipped'> {
  const jest = readReport(report);
  // Jest itself was ended or broke.
  if (jest === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const failed = jest.numFailedTests + jest.numRuntimeErrorTestSuites;
  return {
    passed: jest.numPassedTests,
    failed: ended || failed > 0 ? failed : 1,
    skipped: jest.numPendingTests + jest.numTodoTests,
  };
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}
