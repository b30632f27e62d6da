// `npm test [path …]`: build, static checks, then every test against a PostgreSQL and a Kafka of their own.
// With paths, only the tests whose file names contain one of them, after the build. The last line is the count.
import { jestStage } from './jest-stage.ts';
import type { StageResult } from './stage.ts';
import { announce, checkStage, stopStage } from './stage.ts';
import { TestServers } from './test-servers.ts';

const TYPES_OF_API = 'tools/openapi/generate-types.mjs';
const TSC = 'node_modules/typescript/bin/tsc';
const CONSOLE = 'apps/console/build.mjs';
const NX = 'node_modules/nx/dist/bin/nx.js';
const ESLINT = 'node_modules/eslint/bin/eslint.js';
const PRETTIER = 'node_modules/prettier/bin/prettier.cjs';
const E2E = String.raw`\.e2e\.spec\.ts$`;
/** Most of their time they wait for servers, so that three keep two cores busy. */
const WORKERS = '--maxWorkers=3';
/** Each runs the whole product. */
const E2E_WORKERS = '--maxWorkers=2';

const filters = process.argv.slice(2);
const servers = new TestServers();
const results: StageResult[] = [];
let interrupted: NodeJS.Signals | undefined;

async function staticChecks(): Promise<void> {
  const lintProjects = [NX, 'run-many', '-t', 'lint', '--output-style=stream'];
  results.push(await checkStage('lint', [lintProjects, [ESLINT, 'tools', 'docs', '*.js']]));
  results.push(await checkStage('format', [[PRETTIER, '--check', '--log-level=warn', '.']]));
  results.push(await checkStage('types of the tests', [[TSC, '-b', 'tsconfig.spec.json']]));
}

async function tests(): Promise<void> {
  announce('servers');
  const env = await servers.start();
  const { folder } = servers;
  const files = filters.length > 0 ? ['--testPathPatterns', ...filters] : [];
  const inner = [WORKERS, `--testPathIgnorePatterns=${E2E}`, ...files];
  if (interrupted === undefined)
    results.push(await jestStage({ name: 'unit and integration', args: inner, env, folder }));
  // A filter is matched against the whole path; the outer tests are the files that end like this.
  const outer = [E2E_WORKERS, `--testMatch=<rootDir>/{apps,tools}/**/*.e2e.spec.ts`, ...files];
  if (interrupted === undefined) results.push(await jestStage({ name: 'end to end', args: outer, env, folder }));
}

function report(): number {
  const sum = (of: (result: StageResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  announce('summary');
  for (const { name, passed, failed, skipped, seconds } of results) {
    const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${String(skipped).padStart(4)} skipped`;
    console.log(`${name.padEnd(24)}${counts} ${seconds.toFixed(1).padStart(8)} s`);
  }
  const failed = sum((result) => result.failed);
  console.log(`\n${sum((result) => result.passed)} passed, ${failed} failed`);
  return failed;
}

/** An error outside a stage counts as a failed test too: otherwise the count would say that all is well. */
const broken = (name: string): StageResult => ({ name, passed: 0, failed: 1, skipped: 0, seconds: 0 });

async function interrupt(signal: NodeJS.Signals): Promise<void> {
  if (interrupted !== undefined) return stopStage('SIGKILL');
  interrupted = signal;
  console.log(`\nStopping (${signal})`);
  stopStage('SIGTERM');
  setTimeout(() => stopStage('SIGKILL'), 5_000).unref();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupt(signal));
process.on('disconnect', () => void interrupt('SIGHUP'));

try {
  results.push(await checkStage('build', [[TYPES_OF_API], [TSC, '-b'], [CONSOLE]]));
  const built = results.every(({ failed }) => failed === 0);
  if (filters.length === 0 && interrupted === undefined) await staticChecks();
  if (built && interrupted === undefined) await tests();
} catch (error) {
  console.error(error);
  results.push(broken('servers'));
} finally {
  await servers.stop().catch((error: unknown) => {
    console.error(error);
    results.push(broken('clean-up'));
  });
}
if (interrupted !== undefined) results.push(broken(`interrupted by ${interrupted}`));
const failed = report();
process.exit(failed === 0 ? 0 : 1);
