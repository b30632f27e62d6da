import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Identifies a process later on: an id may be used again, but not with the same start time. */
export interface ProcessMark {
  readonly pid: number;
  /** What the system says about the start of the process; only good for comparing. */
  readonly startedAt: string;
}

/** The mark of a living process; undefined if there is none. A zombie counts as dead, since its parent may never reap it. */
export function markOf(pid: number): ProcessMark | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const startedAt = process.platform === 'linux' ? startTimeOnLinux(pid) : startTimeFromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether the process of this mark still runs. */
export const isRunning = (mark: ProcessMark): boolean => markOf(mark.pid)?.startedAt === mark.startedAt;

/** The command line of a process, its parts joined by blanks; empty when it cannot be read. */
export function commandLineOf(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'command=') ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** One step of ending a process: a signal, and how long to wait for its effect. */
export interface EndingStep {
  readonly signal: NodeJS.Signals;
  readonly waitMs: number;
}

/** Sends the signals in turn until the process is gone. Resolves to the signal that ended it; undefined: it was gone already. */
export async function endProcess(mark: ProcessMark, steps: readonly EndingStep[]): Promise<NodeJS.Signals | undefined> {
  let last: NodeJS.Signals | undefined;
  for (const step of steps) {
    if (!isRunning(mark)) return last;
    signalProcess(mark.pid, step.signal);
    last = step.signal;
    if (await goneWithin(mark, step.waitMs)) return last;
  }
  if (isRunning(mark)) throw new Error(`Process ${mark.pid} does not end.`);
  return last;
}

/** Sends a signal; a process that is gone already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function goneWithin(mark: ProcessMark, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  while (isRunning(mark)) {
    if (performance.now() >= deadline) return false;
    await delay(20);
  }
  return true;
}

/** Field 22 of /proc/<pid>/stat, counted behind the command name, which may contain blanks and brackets (proc(5)). */
function startTimeOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

const startTimeFromPs = (pid: number): string | undefined => ps(pid, 'lstart=');

function ps(pid: number, column: string): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
}
