import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDir } from '../dev/data-dir.ts';
import { chosenInnerPort } from '../dev/ports.ts';
import { say } from '../dev/progress.ts';
import type { RunningFile } from '../dev/running-file.ts';
import type { Targets } from './watch-files.ts';
import { writeWatchFiles } from './watch-files.ts';

const PROMETHEUS_PORT = 9090;
const ALERTMANAGER_PORT = 9093;
const READY_WAIT_MS = 60_000;
const READY_LOOK_MS = 100;
const END_WAIT_MS = 10_000;

/** Programs of Debian's packages `prometheus` and `prometheus-alertmanager`; elsewhere the second is called `alertmanager`. */
const ALERTMANAGERS = ['prometheus-alertmanager', 'alertmanager'];

export interface WatchingOptions {
  readonly dataDir: DataDir;
  readonly running: RunningFile;
  readonly targets: Targets;
  readonly interval: string | undefined;
  readonly receiver: string | undefined;
  /** By how much the times of the rules are shorter; undefined: not at all. */
  readonly shorterBy?: number | undefined;
}

/** Where Prometheus and Alertmanager are; undefined where they are not installed. */
export interface WatchPlaces {
  readonly prometheus?: string;
  readonly alertmanager?: string;
}

/** Prometheus and Alertmanager with the files of deploy/, for `npm start -- --watch`. */
export class Watching {
  readonly #options: WatchingOptions;
  readonly #children = new Map<string, ChildProcess>();

  constructor(options: WatchingOptions) {
    this.#options = options;
  }

  /** Starts those that are installed, and says which are not. @throws when one does not become ready */
  async start(): Promise<WatchPlaces> {
    const { dataDir, targets, interval, receiver, shorterBy } = this.#options;
    const prometheus = installed(['prometheus']);
    const alertmanager = installed(ALERTMANAGERS);
    if (!prometheus) say('Prometheus is not installed, so nothing is watched. Debian: apt-get install prometheus');
    if (!alertmanager)
      say('Alertmanager is not installed, so no alert is sent. Debian: apt-get install prometheus-alertmanager');
    const prometheusPort = await chosenInnerPort('Prometheus', PROMETHEUS_PORT);
    const alertmanagerPort = await chosenInnerPort('Alertmanager', ALERTMANAGER_PORT);
    const folder = join(dataDir.path, 'watch');
    const ports = { prometheusPort, alertmanagerPort };
    const files = writeWatchFiles({ folder, targets, ...ports, interval, receiver, shorterBy });
    const data = (name: string): string => {
      const path = join(folder, name);
      mkdirSync(path, { recursive: true });
      return path;
    };
    const places = {
      ...(alertmanager && {
        alertmanager: await this.#run('alertmanager', alertmanager, alertmanagerPort, [
          `--config.file=${files.alertmanager}`,
          `--storage.path=${data('alertmanager-data')}`,
          // Alone: no gossip with other Alertmanagers.
          '--cluster.listen-address=',
        ]),
      }),
      ...(prometheus && {
        prometheus: await this.#run('prometheus', prometheus, prometheusPort, [
          `--config.file=${files.prometheus}`,
          `--storage.tsdb.path=${data('prometheus-data')}`,
          '--storage.tsdb.retention.time=7d',
        ]),
      }),
    };
    return places;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children].map(([name, child]) => this.#end(name, child)));
  }

  async #run(name: string, program: string, port: number, args: readonly string[]): Promise<string> {
    const { dataDir, running } = this.#options;
    const log = openSync(join(dataDir.logs, `${name}.log`), 'a', 0o644);
    // In a session of its own: a Ctrl-C in the terminal reaches the launcher alone, which ends everything in order.
    const child = spawn(program, [...args, `--web.listen-address=127.0.0.1:${port}`], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#children.set(name, child);
    if (child.pid !== undefined) running.add(name, child.pid);
    const url = `http://127.0.0.1:${port}`;
    await untilReady(name, `${url}/-/ready`, child);
    return url;
  }

  async #end(name: string, child: ChildProcess): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), END_WAIT_MS);
      await exited;
      clearTimeout(timer);
    }
    this.#options.running.remove(name);
  }
}

const installed = (programs: readonly string[]): string | undefined =>
  programs.find((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0);

async function untilReady(name: string, url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_WAIT_MS;
  for (;;) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    if (child.exitCode !== null) throw new Error(`${name} ended at its start; its log says why.`);
    if (performance.now() > deadline) throw new Error(`${name} was not ready within ${READY_WAIT_MS / 1_000} s.`);
    await new Promise((resolve) => setTimeout(resolve, READY_LOOK_MS));
  }
}
