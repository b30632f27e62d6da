import type { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';

/** Log lines that may wait for a slow reader, bytes; the next ones are dropped. Some thousand lines. */
const MAX_WAITING_BYTES = 1_048_576;

/** pino says with each line how severe it is, in `lastLevel`. */
const WITH_LEVEL = Symbol.for('pino.metadata');
const FATAL = 60;

/**
 * Where the log lines of the process go. Nobody waits for whoever reads them: a line that finds no room is dropped, and counted.
 *
 * `process.stdout` is written without blocking where it is a pipe or socket (a file and a terminal are written at once). pino's own
 * destination would write with a thread of libuv instead: a reader that stands still holds that thread, and the process could
 * not even exit, since Node.js waits for its threads.
 */
export class LogOutput {
  readonly [WITH_LEVEL] = true;
  lastLevel = 0;
  /** Lines, since the start. */
  dropped = 0;
  private reported = 0;
  private isBroken = false;

  /** @param onRoom there is room again: so many lines were dropped before */
  constructor(
    private readonly stream: Pick<Writable, 'write' | 'writableLength'> & Pick<EventEmitter, 'on'>,
    private readonly onRoom: (dropped: number) => void,
    private readonly maxWaitingBytes = MAX_WAITING_BYTES,
  ) {
    // Without a listener it would be an error that nobody caught. A full disk may have room again, a reader that has gone stays away.
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.dropped += 1;
      if (code === 'EPIPE') this.isBroken = true;
    });
  }

  write(line: string): void {
    const isFull = this.stream.writableLength >= this.maxWaitingBytes;
    // The last words are let in all the same: there are few of them.
    if (this.isBroken || (isFull && this.lastLevel < FATAL)) {
      this.dropped += 1;
      return;
    }
    if (!isFull && this.dropped > this.reported) {
      const missing = this.dropped - this.reported;
      this.reported = this.dropped;
      // Before the line: the gap is there, and behind it there may be no room again.
      this.onRoom(missing);
    }
    this.stream.write(line);
  }

  /** Resolves when the lines so far are written, or after so long. Milliseconds. */
  async flush(ms: number): Promise<void> {
    if (this.isBroken || this.stream.writableLength === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      this.stream.write('', () => resolve());
    });
    clearTimeout(timer);
  }
}
