import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

export interface FullPipe {
  /** File descriptor of its write end. */
  readonly end: number;
  close(): void;
}

/** A full pipe that is never read: a write to it blocks. */
export function fullPipe(): FullPipe {
  const folder = mkdtempSync(join(tmpdir(), 'signet-pipe-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, O_RDONLY | O_NONBLOCK);
  const end = openSync(path, O_WRONLY | O_NONBLOCK);
  for (const size of [65_536, 1]) while (isWritten(end, Buffer.alloc(size)));
  return {
    end,
    close: () => {
      closeSync(end);
      closeSync(reader);
      rmSync(folder, { recursive: true });
    },
  };
}

function isWritten(pipe: number, bytes: Buffer): boolean {
  try {
    writeSync(pipe, bytes);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    return false;
  }
}
