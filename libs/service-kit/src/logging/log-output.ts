import type { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import { settledWithin } from '@signet/async';

/** If so many bytes of log lines wait for a slow reader, further lines are dropped. It is enough for some thousand lines. */
const MAX_WAITING_BYTES = 1_048_576;

/** With this property, pino sets `lastLevel` to the level of each line. */
const WITH_LEVEL = Symbol.for('pino.metadata');
const FATAL = 60;

/**
 * Writes the log lines of the process. The service never waits for the reader of its log: a line for which there is no room is dropped
 * and counted.
 *
 * `process.stdout` is written without blocking if it is a pipe or socket (a file and a terminal are written at once). pino's own
 * destination would write in a thread of libuv instead: a reader that stands still would block that thread, and the process could
 * not even exit, since Node.js waits for its threads.
 */
export class LogOutput {
  readonly [WITH_LEVEL] = true;
  lastLevel = 0;
  /** The number of lines that were dropped since the start. */
  dropped = 0;
  private reported = 0;
  private isBroken = false;

  /** @param onRoom called when there is room again, with the number of lines that were dropped before */
  constructor(
    private readonly stream: Pick<Writable, 'write' | 'writableLength'> & Pick<EventEmitter, 'on'>,
    private readonly onRoom: (dropped: number) => void,
    private readonly maxWaitingBytes = MAX_WAITING_BYTES,
  ) {
    // Without a listener it would be an uncaught error. A full disk may have room again later; a reader that has closed the pipe is gone.
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.dropped += 1;
      if (code === 'EPIPE') this.isBroken = true;
    });
  }

  write(line: string): void {
    const isFull = this.stream.writableLength >= this.maxWaitingBytes;
    // Fatal lines are written all the same: there are few of them.
    if (this.isBroken || (isFull && this.lastLevel < FATAL)) {
      this.dropped += 1;
      return;
    }
    if (!isFull && this.dropped > this.reported) {
      const missing = this.dropped - this.reported;
      this.reported = this.dropped;
      // Before the line, since the gap is here, and after the line there may be no room again.
      this.onRoom(missing);
    }
    this.stream.write(line);
  }

  /** Resolves when the lines so far are written, or after this time. Milliseconds. */
  async flush(ms: number): Promise<void> {
    if (this.isBroken || this.stream.writableLength === 0) return;
    const written = new Promise<void>((resolve) => this.stream.write('', () => resolve()));
    await settledWithin(written, ms);
  }
}
