import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@signet/testing';

/**
 * The shells in which the commands of the guides must work, without the personal configuration of the user who runs
 * the test.
 */
export const SHELLS: Readonly<Record<string, readonly string[]>> = {
  bash: ['--noprofile', '--norc', '-s'],
  zsh: ['-f', '-s'],
  dash: ['-s'],
};

const PATIENCE_MS = 60_000;

/** A shell that stays open, so that functions, variables and jobs of one block exist in the next one. */
export class GuideShell {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #folder: string;
  #output = '';
  #count = 0;

  constructor(shell: string, options: { folder: string; env: NodeJS.ProcessEnv }) {
    this.#folder = options.folder;
    this.#process = spawn(shell, SHELLS[shell] ?? [], { cwd: options.folder, env: options.env });
    this.#process.stdout.on('data', (text: Buffer) => (this.#output += text.toString()));
    this.#process.stderr.on('data', (text: Buffer) => (this.#output += text.toString()));
    // The shell has ended before the next commands were written; `run` reports it.
    this.#process.stdin.on('error', () => undefined);
  }

  /** Resolves to the output of the commands on stdout and stderr, and the exit code of the last one. */
  async run(script: string): Promise<{ output: string; exitCode: number }> {
    const number = ++this.#count;
    const file = join(this.#folder, `block-${number}.sh`);
    writeFileSync(file, `${script}\n`);
    this.#output = '';
    this.#process.stdin.write(`. ${file} </dev/null 2>&1\nprintf '\\nend-of-block-%s %s\\n' ${number} $?\n`);
    const end = new RegExp(`\\nend-of-block-${number} (\\d+)\\n`);
    await waitFor(() => end.test(this.#output) || this.#process.exitCode !== null, {
      what: `the end of:\n${script}\n`,
      timeoutMs: PATIENCE_MS,
    });
    const [whole, exitCode] = end.exec(this.#output) ?? [];
    if (whole === undefined) throw new Error(`The shell has ended at:\n${script}\n${this.#output}`);
    return { output: this.#output.slice(0, this.#output.indexOf(whole)), exitCode: Number(exitCode) };
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    await ended;
  }
}
