import { ApiProblem } from '../api/problem.ts';
import { fieldLines } from './fields.ts';
import type { Field } from './fields.ts';
import { paintFor, paintState } from './paint.ts';
import { safeLines } from './safe-text.ts';
import { tableLines } from './table.ts';
import type { Column } from './table.ts';

type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

interface Options {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: NodeJS.ProcessEnv;
  readonly isJson: boolean;
}

/**
 * What the user sees. Results go to stdout, everything else to stderr, so that a pipe holds results only. With `--json` each result is one
 * line of JSON.
 */
export class Output {
  readonly isJson: boolean;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.isJson = options.isJson;
  }

  /** One result: JSON, or the lines that `render` makes of it. */
  result(value: unknown, render: () => readonly string[]): void {
    if (this.isJson) return this.#write(JSON.stringify(value));
    for (const line of render()) this.#write(line);
  }

  /** A table for people; one object `value` with --json. */
  table<Row>(value: unknown, columns: readonly Column<Row>[], rows: readonly Row[], none: string): void {
    this.result(value, () => {
      if (rows.length > 0) return tableLines(columns, rows, this.#width());
      this.note(none);
      return [];
    });
  }

  fields(value: unknown, fields: readonly Field[]): void {
    this.result(value, () => fieldLines(fields));
  }

  /** A sentence about what happens; not a result. */
  note(sentence: string): void {
    this.#options.stderr.write(`${sentence}\n`);
  }

  /** With --json a problem of Signet is printed as it came. */
  error(error: Error): void {
    const isOfSignet = error instanceof ApiProblem && error.problem !== undefined;
    this.note(this.isJson && isOfSignet ? JSON.stringify(error.problem) : safeLines(error.message));
  }

  /** The text in the colour of a state, where colours are shown. */
  state = (state: string, text = state): string =>
    paintState(paintFor(this.#options.stdout, this.#options.env), state, text);

  #write(line: string): void {
    this.#options.stdout.write(`${line}\n`);
  }

  /** Columns of the terminal; undefined: a file or a pipe, where nothing is cut. */
  #width(): number | undefined {
    const { stdout } = this.#options;
    return stdout.isTTY ? (stdout.columns ?? undefined) : undefined;
  }
}
