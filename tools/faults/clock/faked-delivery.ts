import { freePort } from '@signet/embedded';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, globSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LocalFile } from '../../dev/data-folder/local-file.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const READY_TIMEOUT_MS = 120_000;
/** Paths of the library in Debian, Fedora and Homebrew on Linux. */
const LIBRARIES = [
  '/usr/lib/*/faketime/libfaketimeMT.so.1',
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/local/lib/faketime/libfaketimeMT.so.1',
];

/** @throws Error that says what to install */
export function faketimeLibrary(): string {
  const [library] = LIBRARIES.flatMap((pattern) => globSync(pattern));
  if (library === undefined) throw new Error('libfaketime is not installed. Debian: apt-get install faketime');
  return library;
}

/** One more replica of delivery, whose wall clock can be set; its monotonic clock, and the clocks of all others, are left alone. */
export class FakedDelivery {
  readonly #child: ChildProcess;
  readonly #managementPort: number;
  readonly #offsetFile: string;

  private constructor(child: ChildProcess, managementPort: number, offsetFile: string) {
    this.#child = child;
    this.#managementPort = managementPort;
    this.#offsetFile = offsetFile;
  }

  /** @param settings those that Signet was started with, sealing keys and operator key among them */
  static async start(
    local: LocalFile,
    localFile: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<FakedDelivery> {
    const folder = dirname(localFile);
    const offsetFile = join(folder, 'wall-clock-of-the-replica');
    setOffset(offsetFile, 0);
    const [port, managementPort] = [await freePort(), await freePort()];
    const log = openSync(join(folder, 'faked-delivery.log'), 'w');
    const child = spawn(process.execPath, ['--enable-source-maps', 'apps/delivery/dist/main.js'], {
      cwd: ROOT,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        SIGNET_HOST: '127.0.0.1',
        SIGNET_HTTP_PORT: String(port),
        SIGNET_MANAGEMENT_PORT: String(managementPort),
        SIGNET_INSTALLATION: local.installation,
        SIGNET_DATABASE_URL: local.databaseUrl,
        SIGNET_KAFKA_BROKERS: local.kafkaBrokers,
        SIGNET_EGRESS_ALLOW: '127.0.0.0/8',
        SIGNET_DRAIN_PAUSE: '0s',
        ...settings,
        LD_PRELOAD: faketimeLibrary(),
        FAKETIME_TIMESTAMP_FILE: offsetFile,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    });
    closeSync(log);
    const replica = new FakedDelivery(child, managementPort, offsetFile);
    await replica.#untilReady();
    return replica;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Makes its wall clock jump: from now on it is so many seconds ahead of the real one. */
  setAhead(seconds: number): void {
    setOffset(this.#offsetFile, seconds);
  }

  /** Its own measurement of how far its wall clock is ahead of its steady clock, seconds. */
  async offsetSeconds(): Promise<number> {
    const metrics = await (await fetch(`http://127.0.0.1:${this.#managementPort}/metrics`)).text();
    return Number(/^signet_clock_offset_seconds (\S+)/m.exec(metrics)?.[1] ?? Number.NaN);
  }

  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.goOn();
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(impatience);
  }

  async #untilReady(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    const isReady = () =>
      fetch(`http://127.0.0.1:${this.#managementPort}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) {
      if (this.#child.exitCode !== null) throw new Error(`The replica of delivery ended with ${this.#child.exitCode}.`);
      if (performance.now() > deadline) throw new Error('The replica of delivery was not ready in time.');
      await delay(100);
    }
  }
}

/** Writes a new file and renames it: the library reads the file each time that the process reads the clock, and must not find it half written. */
function setOffset(file: string, seconds: number): void {
  const next = `${file}.next`;
  writeFileSync(next, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`);
  renameSync(next, file);
}
