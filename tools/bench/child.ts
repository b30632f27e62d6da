import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A script of this folder as a process of its own, with a channel. It ends when its channel closes. */
export class BenchProcess {
  readonly pid: number;
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Set<{ kind: string; resolve: (message: unknown) => void; reject: (error: Error) => void }>();
  readonly #early: unknown[] = [];

  constructor(script: string, args: readonly string[] = []) {
    this.#name = script;
    this.#process = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
      execArgv: ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning'],
    });
    if (this.#process.pid === undefined) throw new Error(`${script} could not be started.`);
    this.pid = this.#process.pid;
    this.#process.on('message', (message) => this.#take(message));
    this.#process.once('exit', (code, signal) => this.#ended(signal ?? `exit code ${code}`));
  }

  send(message: object): void {
    this.#process.send(message);
  }

  /** The next message of this kind; rejects when the process ends before. */
  message<T extends { readonly kind: string }>(kind: T['kind']): Promise<T> {
    const at = this.#early.findIndex((message) => kindOf(message) === kind);
    if (at !== -1) return Promise.resolve(this.#early.splice(at, 1)[0] as T);
    if (this.#hasEnded) return Promise.reject(new Error(`${this.#name} has ended.`));
    return new Promise<unknown>((resolve, reject) => this.#waiting.add({ kind, resolve, reject })) as Promise<T>;
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    const impatience = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(impatience);
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  #take(message: unknown): void {
    for (const waiting of this.#waiting) {
      if (waiting.kind !== kindOf(message)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(message);
      return;
    }
    this.#early.push(message);
  }

  #ended(how: string): void {
    for (const { reject } of this.#waiting) reject(new Error(`${this.#name} ended with ${how}.`));
    this.#waiting.clear();
  }
}

const kindOf = (message: unknown): string | undefined => (message as { kind?: string }).kind;
