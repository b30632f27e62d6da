import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDir } from '../dev/data-folder/data-dir.ts';
import type { Ports } from '../dev/servers/ports.ts';
import { tailOf } from '../dev/services/log-end.ts';
import { say } from '../dev/progress.ts';
import type { RunningFile } from '../dev/data-folder/running-file.ts';
import type { Targets, WatchFiles } from './watch-files.ts';
import { writeWatchFiles } from './watch-files.ts';

const PROMETHEUS_PORT = 9090;
const ALERTMANAGER_PORT = 9093;
const READY_WAIT_MS = 60_000;
const READY_LOOK_MS = 100;
const READY_ANSWER_MS = 5_000;
const END_WAIT_MS = 10_000;

/** Programs of Debian's packages `prometheus` and `prometheus-alertmanager`; elsewhere the second is called `alertmanager`. */
const ALERTMANAGERS = ['prometheus-alertmanager', 'alertmanager'];

export interface WatchingOptions {
  readonly dataDir: DataDir;
  readonly running: RunningFile;
  readonly ports: Ports;
  readonly targets: Targets;
  readonly interval: string | undefined;
  readonly receiver: string | undefined;
  /** By how much the times of the rules are shorter; undefined: not at all. */
  readonly shorterBy?: number | undefined;
  /** Once it is aborted, nothing more is started. */
  readonly stopping: AbortSignal;
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
    const prometheus = installed(['prometheus']);
    const alertmanager = installed(ALERTMANAGERS);
    if (!prometheus) say('Prometheus is not installed, so nothing is watched. Debian: apt-get install prometheus');
    if (!alertmanager)
      say('Alertmanager is not installed, so no alert is sent. Debian: apt-get install prometheus-alertmanager');
    const alertmanagerPort = alertmanager ? await this.#startAlertmanager(alertmanager) : undefined;
    const prometheusPort = prometheus ? await this.#startPrometheus(prometheus, alertmanagerPort) : undefined;
    return {
      ...(alertmanagerPort !== undefined && { alertmanager: urlOf(alertmanagerPort) }),
      ...(prometheusPort !== undefined && { prometheus: urlOf(prometheusPort) }),
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children].map(([name, child]) => this.#end(name, child)));
  }

  #startAlertmanager(program: string): Promise<number> {
    return this.#options.ports.startOnOne({ what: 'Alertmanager', preferred: ALERTMANAGER_PORT }, async (port) => {
      const files = this.#writeFiles({ alertmanagerPort: port });
      await this.#run('alertmanager', program, port, [
        `--config.file=${files.alertmanager}`,
        `--storage.path=${this.#data('alertmanager-data')}`,
        // No gossip with other Alertmanagers.
        '--cluster.listen-address=',
      ]);
      return port;
    });
  }

  /** @param alertmanagerPort where its alerts go; the usual port where no Alertmanager is installed */
  #startPrometheus(program: string, alertmanagerPort = ALERTMANAGER_PORT): Promise<number> {
    return this.#options.ports.startOnOne({ what: 'Prometheus', preferred: PROMETHEUS_PORT }, async (port) => {
      const files = this.#writeFiles({ prometheusPort: port, alertmanagerPort });
      await this.#run('prometheus', program, port, [
        `--config.file=${files.prometheus}`,
        `--storage.tsdb.path=${this.#data('prometheus-data')}`,
        '--storage.tsdb.retention.time=7d',
      ]);
      return port;
    });
  }

  #writeFiles(ports: { prometheusPort?: number; alertmanagerPort: number }): WatchFiles {
    const { targets, interval, receiver, shorterBy } = this.#options;
    return writeWatchFiles({
      folder: this.#folder,
      prometheusPort: PROMETHEUS_PORT,
      ...ports,
      targets,
      interval,
      receiver,
      shorterBy,
    });
  }

  #data(name: string): string {
    const path = join(this.#folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  get #folder(): string {
    return join(this.#options.dataDir.path, 'watch');
  }

  async #run(name: string, program: string, port: number, args: readonly string[]): Promise<void> {
    this.#options.stopping.throwIfAborted();
    const { dataDir, running } = this.#options;
    const logFile = join(dataDir.logs, `${name}.log`);
    const log = openSync(logFile, 'a', 0o644);
    const logStart = fstatSync(log).size;
    // In a session of its own: a Ctrl-C in the terminal reaches the launcher alone, which ends everything in order.
    const child = spawn(program, [...args, `--web.listen-address=127.0.0.1:${port}`], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#children.set(name, child);
    if (child.pid !== undefined) running.add(name, child.pid);
    try {
      await untilReady({
        name,
        url: urlOf(port),
        child,
        log: { file: logFile, start: logStart },
        mark: dataDir.path,
        stopping: this.#options.stopping,
      });
    } catch (error) {
      await this.#end(name, child);
      throw error;
    }
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

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

interface Awaited {
  readonly name: string;
  readonly url: string;
  readonly child: ChildProcess;
  /** Its log, and where in it this run begins, in bytes. */
  readonly log: { readonly file: string; readonly start: number };
  /** What is in its command line and in no other's. */
  readonly mark: string;
  readonly stopping: AbortSignal;
}

async function untilReady({ name, url, child, log, mark, stopping }: Awaited): Promise<void> {
  const deadline = performance.now() + READY_WAIT_MS;
  while (!(await isReady(url, mark).catch(() => false))) {
    stopping.throwIfAborted();
    if (child.exitCode !== null) throw new Error(`${name} ended at its start. ${tailOf(log.file, log.start)}`);
    if (performance.now() > deadline)
      throw new Error(`${name} was not ready within ${READY_WAIT_MS / 1_000} s. ${tailOf(log.file, log.start)}`);
    await new Promise((resolve) => setTimeout(resolve, READY_LOOK_MS));
  }
}

/** Ready only if it is our own process. Both programs serve their command line; another Signet's program on this port names another folder. */
async function isReady(url: string, mark: string): Promise<boolean> {
  const signal = AbortSignal.timeout(READY_ANSWER_MS);
  const answers = await fetch(`${url}/-/ready`, { signal });
  const commandLine = await (await fetch(`${url}/debug/pprof/cmdline`, { signal })).text();
  return answers.ok && commandLine.includes(mark);
}
