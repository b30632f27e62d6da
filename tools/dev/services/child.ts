import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, renameSync, statSync } from 'node:fs';
import { ROOT } from '../settings.ts';

export interface ChildCommand {
  readonly name: string;
  /** A script for this Node, relative to the root of the repository. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Messages of the child, when it has a channel. */
  readonly onMessage?: (message: unknown) => void;
}

export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Where in its log this run begins, in bytes. */
  readonly logStart: number;
  /** Resolves when it is gone, with how. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const LOG_LIMIT = 50 * 1024 * 1024;

/**
 * Starts a script of ours as a process in a session of its own, so that a Ctrl-C in the terminal reaches the supervisor
 * alone, which ends everything in order. What it writes goes to its log.
 */
export function startChild(command: ChildCommand): Child {
  rotate(command.logFile);
  const log = openSync(command.logFile, 'a', 0o644);
  const logStart = fstatSync(log).size;
  const flags = [
    '--enable-source-maps',
    // Objects that live for one delivery die in the young generation and are not copied: 0.31 CPU seconds per 1,000 deliveries, before 0.34.
    '--max-semi-space-size=64',
    '--disable-warning=TimeoutNegativeWarning',
    '--disable-warning=ExperimentalWarning',
  ];
  const child = spawn(process.execPath, [...flags, command.script], {
    cwd: ROOT,
    // Half of the threads look up host names (libs/egress/README.md).
    env: { UV_THREADPOOL_SIZE: '16', ...command.env },
    detached: true,
    stdio: command.onMessage === undefined ? ['ignore', log, log] : ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  if (command.onMessage !== undefined) child.on('message', command.onMessage);
  if (child.pid === undefined) throw new Error(`${command.name} could not be started.`);
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Awaited<Child['exited']>);
  return { pid: child.pid, process: child, logStart, exited };
}

/** One older log is kept. */
function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT) renameSync(file, `${file}.1`);
}
