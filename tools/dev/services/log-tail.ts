import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const POLL_MS = 250;
const CHUNK = 65_536;
/** pino's number of `warn`. */
const WARN = 40;

/**
 * Follows the log of a service and reports its warnings and errors, and lines that are no JSON (a crash). The service
 * writes straight to the file, so that we cost it nothing and it can live without us.
 */
export class LogTail {
  readonly #descriptor: number;
  readonly #report: (line: string) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #decoder = new StringDecoder('utf8');
  readonly #buffer = Buffer.alloc(CHUNK);
  #position: number;
  #rest = '';

  /** Begins at byte `from` of the file. */
  constructor(file: string, from: number, report: (line: string) => void) {
    this.#descriptor = openSync(file, 'r');
    this.#position = from;
    this.#report = report;
    this.#timer = setInterval(() => this.read(), POLL_MS).unref();
  }

  /** Reads the new lines at once. */
  read(): void {
    const { size } = fstatSync(this.#descriptor);
    while (this.#position < size) {
      const length = readSync(this.#descriptor, this.#buffer, 0, CHUNK, this.#position);
      this.#position += length;
      this.#take(this.#decoder.write(this.#buffer.subarray(0, length)));
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.read();
    closeSync(this.#descriptor);
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const worth = worthReporting(line);
      if (worth !== undefined) this.#report(worth);
    }
  }
}

/** The short form of a log line that a person should see; undefined for the others. */
export function worthReporting(line: string): string | undefined {
  if (line.trim() === '') return undefined;
  if (!line.startsWith('{')) return line;
  // Nearly every line is `info` and is not parsed.
  if (/"level":(?:10|20|30|"(?:trace|debug|info)")[,}]/.test(line)) return undefined;
  try {
    const entry = JSON.parse(line) as {
      level?: unknown;
      msg?: unknown;
      err?: { message?: unknown };
      context?: unknown;
    };
    if (typeof entry.level === 'number' && entry.level < WARN) return undefined;
    const parts = [entry.context, entry.msg, entry.err?.message].filter(
      (part) => typeof part === 'string' && part !== '',
    );
    return [...new Set(parts)].join(': ');
  } catch {
    return line;
  }
}
