import { freePort } from '@signet/embedded';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from '../../dev/gateway/gateway-routes.ts';
import type { BuiltVersion } from './earlier-version.ts';

const READY_TIMEOUT_MS = 180_000;
const READY_LOOK_MS = 100;
/** More than a service takes for a stop in order. */
const STOP_TIMEOUT_MS = 60_000;
const LOG_LINES_SHOWN = 20;

export interface ReplicaOptions {
  readonly service: ServiceName;
  readonly version: BuiltVersion;
  readonly settings: Readonly<Record<string, string>>;
  readonly logFolder: string;
  readonly signal: AbortSignal;
}

/** A process of a service, of a version. */
export class Replica {
  static #count = 0;

  readonly service: ServiceName;
  readonly version: string;
  readonly logFile: string;
  readonly url: string;
  readonly #managementUrl: string;
  readonly #child: ChildProcess;

  private constructor({ service, version, settings, logFolder }: ReplicaOptions, port: number, managementPort: number) {
    this.service = service;
    this.version = version.version;
    this.url = `http://127.0.0.1:${port}`;
    this.#managementUrl = `http://127.0.0.1:${managementPort}`;
    this.logFile = join(logFolder, `${String(++Replica.#count).padStart(2, '0')}-${service}-${version.version}.log`);
    const log = openSync(this.logFile, 'w');
    this.#child = spawn(process.execPath, ['--enable-source-maps', `apps/${service}/dist/main.js`], {
      cwd: version.root,
      // A Ctrl-C reaches it through us, when the load has ended.
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        ...settings,
        SIGNET_HOST: '127.0.0.1',
        SIGNET_HTTP_PORT: String(port),
        SIGNET_MANAGEMENT_PORT: String(managementPort),
      },
    });
    closeSync(log);
  }

  /** Resolves when it is ready. @throws Error with the end of its log where it does not come up */
  static async start(options: ReplicaOptions): Promise<Replica> {
    const replica = await Replica.spawned(options);
    try {
      await replica.#untilReady(options.signal);
    } catch (error) {
      await replica.stop();
      throw error;
    }
    return replica;
  }

  /** One that should refuse to start. @returns its exit code and the last line that it said */
  static async refused(options: ReplicaOptions): Promise<{ code: number | null; told: string }> {
    const replica = await Replica.spawned(options);
    try {
      const signal = AbortSignal.any([options.signal, AbortSignal.timeout(READY_TIMEOUT_MS)]);
      if (!replica.#hasEnded) await once(replica.#child, 'exit', { signal });
      return { code: replica.#child.exitCode, told: replica.#logLines().at(-1) ?? '' };
    } finally {
      await replica.stop();
    }
  }

  private static spawned = async (options: ReplicaOptions): Promise<Replica> =>
    new Replica(options, await freePort(), await freePort());

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The sum of the samples of a metric that the labels fit; 0 where there is none. */
  async metric(name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`${this.#managementUrl}/metrics`)).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(name) && line.includes(labels) && /^[ {]/.test(line.slice(name.length)))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Ends it as an update does: SIGTERM, and SIGKILL where it takes too long. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(impatience);
  }

  /** How it ended, where that was not as it should; undefined: it runs, or has ended well. */
  get wrongEnd(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (!this.#hasEnded || exitCode === 0) return undefined;
    return `${this.service} ${this.version} ended with ${signalCode ?? `exit code ${exitCode}`}`;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #logLines(): string[] {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n');
  }

  async #untilReady(signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    const isReady = () =>
      fetch(`${this.#managementUrl}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) {
      signal.throwIfAborted();
      const isLate = performance.now() > deadline;
      if (isLate || this.#hasEnded) {
        const end = this.#logLines().slice(-LOG_LINES_SHOWN).join('\n');
        throw new Error(
          `${this.service} ${this.version} ${isLate ? 'was not ready in time' : 'has ended'}. Its log ends with:\n${end}`,
        );
      }
      await delay(READY_LOOK_MS);
    }
  }
}
