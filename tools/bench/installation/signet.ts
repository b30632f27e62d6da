import { freePort } from '@signet/embedded';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LocalFile } from '../../dev/data-folder/local-file.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Within the repository, because a system's own temporary folder may be memory, where fsync costs nothing. */
const TEMPORARY = join(ROOT, '.tmp/bench');
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 60_000;
const LOG_LINES_SHOWN = 40;

/** A Signet to measure: one that runs already, or one of our own with an empty data folder. */
export class Signet {
  readonly localFile: string;
  readonly #own: { launcher: ChildProcess; folder: string } | undefined;

  private constructor(localFile: string, own?: { launcher: ChildProcess; folder: string }) {
    this.localFile = localFile;
    this.#own = own;
  }

  /** One that runs already, by its local.json. */
  static running(localFile: string): Signet {
    if (!existsSync(localFile)) throw new Error(`${localFile} is not there: does Signet run?`);
    return new Signet(localFile);
  }

  /** Starts one as `npm start` does, with these settings besides. Resolves when it is ready; rejects with the end of its log. */
  static async start(signal: AbortSignal, settings: Readonly<Record<string, string>> = {}): Promise<Signet> {
    mkdirSync(TEMPORARY, { recursive: true });
    const folder = mkdtempSync(join(TEMPORARY, 'signet-'));
    // PostgreSQL runs as another user when we are root, and must be able to enter.
    chmodSync(folder, 0o755);
    const logFile = join(folder, 'start.log');
    const log = openSync(logFile, 'w');
    const launcher = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'tools/dev/start.ts'], {
      cwd: ROOT,
      // A session of its own: a Ctrl-C reaches it through us, after the driver has ended. Its channel tells it when we die.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, SIGNET_DATA_DIR: folder, SIGNET_PORT: String(await freePort()), ...settings },
    });
    closeSync(log);
    const signet = new Signet(join(folder, 'local.json'), { launcher, folder });
    try {
      await signet.#untilReady(launcher, signal);
    } catch (error) {
      const end = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
      await signet.stop();
      throw new Error(`${(error as Error).message} Its log ends with:\n${end}`, { cause: error });
    }
    return signet;
  }

  /** What local.json says now; a service that was started again has another process id than before. */
  read(): LocalFile {
    return JSON.parse(readFileSync(this.localFile, 'utf8')) as LocalFile;
  }

  /** Ends what `start` started and removes its data. One that ran already is left alone. */
  async stop(): Promise<void> {
    if (this.#own === undefined) return;
    const { launcher, folder } = this.#own;
    if (launcher.exitCode === null && launcher.signalCode === null) {
      const ended = once(launcher, 'exit');
      launcher.kill('SIGTERM');
      const impatience = setTimeout(() => launcher.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(impatience);
    }
    rmSync(folder, { recursive: true, force: true });
  }

  async #untilReady(launcher: ChildProcess, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!existsSync(this.localFile)) {
      signal.throwIfAborted();
      if (launcher.exitCode !== null || launcher.signalCode !== null) throw new Error('Signet did not start.');
      if (performance.now() > deadline) throw new Error(`Signet was not ready after ${START_TIMEOUT_MS / 1_000} s.`);
      await delay(50);
    }
  }
}
