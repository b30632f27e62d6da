// From a bare clone to a running program: `node tools/dev/bootstrap.mjs start|test|bench|simulate|alerts|faults|rolling|side-by-side|image|cluster [arguments]`.
// Plain JavaScript without dependencies, because it runs before anything is installed, and also on Node 20: there it goes on
// with the Node 24 of node_modules.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './installed.mjs';
import { nodeSupport } from './node-support.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = {
  start: 'tools/dev/start.ts',
  test: 'tools/test/run.ts',
  bench: 'tools/bench/run.ts',
  simulate: 'tools/simulate/run.ts',
  image: 'tools/image/image.ts',
  cluster: 'tools/cluster/cluster.ts',
  alerts: 'tools/alerts/run.ts',
  faults: 'tools/faults/run.ts',
  rolling: 'tools/rolling/run.ts',
  'side-by-side': 'tools/side-by-side/run.ts',
};
const supportedNode = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const startedAt = performance.now();
const say = (line) => console.log(`[${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${line}`);

/** A sentence for people instead of a stack trace. `npm test` ends with its counts even here. */
function giveUp(sentence, name) {
  console.error(sentence);
  if (name === 'test') console.log('0 passed, 1 failed');
  process.exit(1);
}

function checkMachine() {
  const missing = [];
  if (nodeSupport(process.versions.node, supportedNode) === 'too old') {
    missing.push(
      `Node ${supportedNode} (this is ${process.versions.node}): https://nodejs.org or your system's packages`,
    );
  }
  // With a Kafka that the settings name, no Java is needed. The simulation has no Kafka.
  if (!process.env.SIGNET_KAFKA_BROKERS && process.argv[2] !== 'simulate') {
    const javaHome = process.env.JAVA_HOME;
    const java = spawnSync(javaHome ? `${javaHome}/bin/java` : 'java', ['-version'], { encoding: 'utf8' });
    const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0);
    const found = java.error ? 'there is none' : `this is ${version || 'of an unknown version'}`;
    if (java.error || version < 17) {
      missing.push(`Java 17 or newer, which Kafka needs (${found}). Debian: apt-get install openjdk-17-jre-headless`);
    }
    if (spawnSync('mvn', ['--version'], { stdio: 'ignore' }).error) {
      missing.push('Maven, which fetches Kafka (there is no mvn). Debian: apt-get install maven');
    }
  }
  return missing;
}

/** Runs a command to its end; a line now and then shows that it is alive where npm's own spinner does not. */
function run(command, args, what) {
  return new Promise((resolve) => {
    const timer = setInterval(() => say(`${what} …`), 15_000);
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    const stop = (signal) => {
      child.kill(signal);
      process.exit(128 + constants.signals[signal]);
    };
    SIGNALS.forEach((signal) => process.on(signal, stop));
    child.once('error', () => resolve(false));
    child.once('close', (code) => {
      clearInterval(timer);
      SIGNALS.forEach((signal) => process.off(signal, stop));
      resolve(code === 0);
    });
  });
}

/** Node 24 from node_modules; where it cannot be run, the present Node if that is new enough. */
function node24() {
  const own = join(root, 'node_modules/.bin/node');
  const works = spawnSync(own, ['--version'], { encoding: 'utf8' });
  if (works.status === 0 && Number(works.stdout.slice(1).split('.')[0]) >= 24) return own;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}

/**
 * Runs the program in a session of its own, so that a signal reaches it once, through us; and with a channel, whose
 * end tells it that we are gone when we were killed.
 */
function become(node, program, args) {
  const flags = ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning'];
  const child = spawn(node, [...flags, join(root, program), ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
    env: { ...process.env, SIGNET_STARTED_MS_AGO: String(Math.round(performance.now() - startedAt)) },
  });
  SIGNALS.forEach((signal) => process.on(signal, () => child.kill(signal)));
  child.once('error', (error) => giveUp(String(error)));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(programs, name ?? '')) giveUp(`Say which: ${Object.keys(programs).join(', ')}.`);
const missing = checkMachine();
if (missing.length > 0) giveUp(`Signet needs:\n${missing.map((what) => `  - ${what}`).join('\n')}`, name);

if (nodeSupport(process.versions.node, supportedNode) === 'starts only') {
  say(
    `Signet supports Node ${supportedNode}. This is ${process.versions.node}: going on with the Node 24 of node_modules`,
  );
}
if (!isInstalled(root)) {
  say('Installing packages with npm ci (about a minute)');
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  // npm would warn of each package that does not support this Node, although none of them will run on it.
  if (nodeSupport(process.versions.node, supportedNode) === 'starts only') args.push('--loglevel=error');
  if (!(await run('npm', args, 'npm ci is still installing'))) giveUp('npm ci failed: see above.', name);
  say('Packages installed');
}
const node = node24();
if (!node) giveUp('Node 24 is not in node_modules: npm did not run the install script of the package "node".', name);
// The test run builds by itself and counts it.
if (name !== 'test') {
  say('Building');
  const types = join(root, 'tools/openapi/generate-types.mjs');
  if (!(await run(node, [types], 'Still building')))
    giveUp('The types of the API could not be written: see above.', name);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  if (!(await run(node, [tsc, '-b'], 'Still building'))) giveUp('The build failed: see above.', name);
  if (!(await run(node, [join(root, 'apps/console/build.mjs')], 'Still building')))
    giveUp('The console could not be built: see above.', name);
}
if (!existsSync(join(root, programs[name]))) giveUp(`${programs[name]} is missing.`, name);
become(node, programs[name], args);
