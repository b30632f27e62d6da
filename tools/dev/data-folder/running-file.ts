import type { ProcessMark } from '@signet/embedded';
import { endProcess, isRunning, markOf } from '@signet/embedded';
import { readPrivateJson, removeFile, writePrivateJson } from './private-file.ts';

interface Running {
  readonly launcher: ProcessMark;
  readonly processes: Readonly<Record<string, ProcessMark>>;
}

/**
 * Which processes run for a data folder. A launcher that is killed cannot end them, so the next one does. It recognises
 * them by id and start time: the system may have given the id alone to an unrelated process by then.
 */
export class RunningFile {
  readonly #file: string;
  readonly #processes = new Map<string, ProcessMark>();

  constructor(file: string) {
    this.#file = file;
  }

  /** Ends what an earlier launcher left behind. Throws when that launcher still runs. */
  async takeOver(log: (line: string) => void): Promise<void> {
    const earlier = readPrivateJson<Running>(this.#file);
    if (earlier !== undefined) {
      if (earlier.launcher.pid !== process.pid && isRunning(earlier.launcher)) {
        throw new Error(
          `Signet runs already with this data folder (process ${earlier.launcher.pid}). ` +
            'Stop it first, or set SIGNET_DATA_DIR to another folder.',
        );
      }
      await Promise.all(Object.entries(earlier.processes).map(([name, mark]) => endLeftover(name, mark, log)));
    }
    this.#write();
  }

  /** A process runs under this name from now on. */
  add(name: string, pid: number): void {
    const mark = markOf(pid);
    if (mark === undefined) return;
    this.#processes.set(name, mark);
    this.#write();
  }

  remove(name: string): void {
    if (this.#processes.delete(name)) this.#write();
  }

  /** All have ended. */
  close(): void {
    removeFile(this.#file);
  }

  #write(): void {
    const launcher = markOf(process.pid);
    writePrivateJson(this.#file, { launcher, processes: Object.fromEntries(this.#processes) });
  }
}

async function endLeftover(name: string, mark: ProcessMark, log: (line: string) => void): Promise<void> {
  if (!isRunning(mark)) return;
  log(`Ending ${name}, which an earlier run left behind (process ${mark.pid})`);
  await endProcess(mark, [
    { signal: 'SIGTERM', waitMs: 5_000 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ]);
}
