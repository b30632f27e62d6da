// `npm run alerts`: shows that the alerts of the platform fire when something is wrong, and end when it is mended.
import { spawnSync } from 'node:child_process';
import { elapsedSeconds, plain, say, warn } from '../dev/progress.ts';
import type { Played } from './play.ts';
import { play } from './play.ts';
import { isComplete, report } from './report.ts';
import type { Scenario } from './scenario.ts';
import { deadLetters } from './scenarios/dead-letters.ts';
import { hangingPostgresql, stoppedPostgresql } from './scenarios/postgresql-away.ts';
import { stoppedDelivery } from './scenarios/stopped-delivery.ts';
import { stuckRelay } from './scenarios/stuck-relay.ts';
import { SHORTER_BY, Stage } from './stage.ts';

/** Dead letters come first: their alerts end when the window of their rule has passed, and the other scenarios run meanwhile. */
const SCENARIOS: readonly Scenario[] = [
  deadLetters(),
  stoppedDelivery(),
  stuckRelay(),
  stoppedPostgresql(),
  hangingPostgresql(),
];
/** After this time a run is taken for hung and stopped. A whole run takes about five minutes. */
const LONGEST_MS = 12 * 60_000;

const stopping = new AbortController();
const stop = (why: string): void => stopping.abort(new Error(why));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(`Stopped by ${signal}.`));
process.on('disconnect', () => stop('The terminal is gone.'));
setTimeout(() => stop(`Not done after ${LONGEST_MS / 60_000} minutes.`), LONGEST_MS).unref();

/** Settles like `work`, but rejects as soon as the run is stopped. */
const unlessStopped = <T>(work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const { signal } = stopping;
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });

/** @throws with a sentence about what is not installed */
function checkInstalled(): void {
  const missing = [['prometheus'], ['prometheus-alertmanager', 'alertmanager']].filter((names) =>
    names.every((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status !== 0),
  );
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name).join(' and ');
  throw new Error(`npm run alerts needs ${names}. Debian: apt-get install prometheus prometheus-alertmanager`);
}

async function playAll(stage: Stage): Promise<readonly Played[]> {
  const ends: Promise<Played>[] = [];
  for (const scenario of SCENARIOS) {
    const { ended } = await play(stage, scenario);
    ends.push(ended);
    // One scenario after the other: the fault of the next one would disturb the recovery from this one.
    if (scenario.mend) await ended;
  }
  return Promise.all(ends);
}

let stage: Stage | undefined;
try {
  checkInstalled();
  say('Starting PostgreSQL, Signet, Prometheus and Alertmanager …');
  stage = await Stage.start(stopping.signal);
  say(`Everything runs. The times of the rules are ${SHORTER_BY} times shorter than in deploy/prometheus.`);
  const played = await unlessStopped(playAll(stage));
  plain(`\n${report(played)}\n`);
  if (!isComplete(played)) throw new Error('Not every alert was seen to fire and to resolve.');
  say(`Every alert has fired and resolved, after ${(elapsedSeconds() / 60).toFixed(1)} minutes.`);
} catch (error) {
  warn((error as Error).message);
  process.exitCode = 1;
} finally {
  await stage?.stop();
}
// The channel to the bootstrap and waits that were broken off would keep us alive.
process.exit();
