import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ImageConfig } from './dockerfile.ts';

/** A start reads its tables and joins its groups; on a busy machine that takes many seconds. Milliseconds. */
const PATIENCE_MS = 120_000;
const BETWEEN_CHECKS_MS = 500;

export interface ImageRun {
  readonly config: ImageConfig;
  /** The file system of the image. */
  readonly root: string;
  /** The Node of this repository, which stands for that of the base image. */
  readonly node: string;
  /** As `docker run -e`. */
  readonly env: Readonly<Record<string, string>>;
  /** As the arguments behind the image's name. */
  readonly command: readonly string[];
}

/** A program of an image as a process of this machine: its entry point, its variables, its user where we may change it. */
export class RunningImage {
  readonly #child: ChildProcess;
  #output = '';
  readonly #image: ImageRun;

  constructor(image: ImageRun) {
    this.#image = image;
    const { config, command } = image;
    this.#child = this.#spawn([...config.entrypoint, ...command]);
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (text) => (this.#output += text));
  }

  #spawn([program, ...args]: readonly string[]): ChildProcess {
    return spawn(this.#resolved(program), args, this.#options());
  }

  #resolved(program = ''): string {
    return program === 'node' ? this.#image.node : program;
  }

  #options(): { cwd: string; env: Record<string, string>; uid?: number; gid?: number } {
    const { config, root, env } = this.#image;
    const [uid, gid] = (config.user ?? '').split(':').map(Number);
    const may = process.getuid?.() === 0 && uid !== undefined && gid !== undefined;
    return { cwd: join(root, config.workdir), env: { ...config.env, ...env }, ...(may && { uid, gid }) };
  }

  /** The exit code of HEALTHCHECK within the container. */
  health(): number | null {
    const [program, ...args] = this.#image.config.health;
    return spawnSync(this.#resolved(program), args, this.#options()).status;
  }

  /** @throws with what the program printed, when it ends before it is healthy or takes too long */
  untilHealthy(): Promise<void> {
    return this.#until('healthy', async () => this.health() === 0);
  }

  /** @throws as untilHealthy does */
  untilReady(managementPort: string): Promise<void> {
    return this.#until('ready', async () => (await fetch(`http://127.0.0.1:${managementPort}/readyz`)).ok);
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (this.#child.exitCode !== null || Date.now() > deadline)
        throw new Error(`It is not ${what}:\n${this.#output}`);
      await wait(BETWEEN_CHECKS_MS);
    }
  }

  /** Resolves with the exit code. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  /** Kills the process after a failure, so that it does not stay behind. */
  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }

  /** SIGTERM, as `docker stop`. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended();
  }

  get output(): string {
    return this.#output;
  }
}
