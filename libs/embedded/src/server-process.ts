import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { EndingStep, ProcessMark } from './processes.ts';
import { endProcess, markOf } from './processes.ts';

export interface ServerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Everything that the process writes is appended here. */
  readonly logFile: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export interface ServerProcess {
  readonly pid: number;
  readonly mark: ProcessMark;
  /** Resolves when the process is gone, for whatever reason, with a sentence that says how. Never rejects. */
  readonly exited: Promise<string>;
  /** undefined while it runs, then the sentence of `exited`. */
  ending(): string | undefined;
  /** Ends it by the signals in turn; resolves when it is gone. */
  end(steps: readonly EndingStep[]): Promise<void>;
}

/**
 * Starts a server in a session of its own, so that a Ctrl-C in the terminal does not reach it: the process that started it ends it,
 * after all processes that need it.
 */
export async function startServerProcess(server: ServerCommand): Promise<ServerProcess> {
  const log = openSync(server.logFile, 'a', 0o644);
  const child = spawn(server.command, server.args, {
    cwd: server.cwd,
    env: server.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...(server.uid === undefined ? {} : { uid: server.uid }),
    ...(server.gid === undefined ? {} : { gid: server.gid }),
  });
  closeSync(log);
  let ending: string | undefined;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve((ending = `${server.name} could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      resolve((ending = `${server.name} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
  const mark = child.pid === undefined ? undefined : markOf(child.pid);
  if (mark === undefined) throw new Error(`${await exited}. ${tailOf(server.logFile)}`);
  return {
    pid: mark.pid,
    mark,
    exited,
    ending: () => ending,
    end: async (steps) => {
      await endProcess(mark, steps);
      await exited;
    },
  };
}

/**
 * Calls `attempt` until it succeeds. Fails when the process ends first or the time is over, with the end of its log.
 * A failed attempt is expected: the server is not up yet.
 */
export async function untilReady(
  server: ServerProcess,
  options: { name: string; logFile: string; timeoutMs: number; attempt: () => Promise<void> },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const ending = server.ending();
    if (ending !== undefined) throw new Error(`${ending}. ${tailOf(options.logFile)}`);
    try {
      return await options.attempt();
    } catch (error) {
      if (performance.now() > deadline) {
        throw new Error(
          `${options.name} was not ready within ${options.timeoutMs / 1000} s: ${String(error)}. ${tailOf(options.logFile)}`,
          { cause: error },
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The last lines of a log, for a message about what went wrong. */
export function tailOf(file: string, lines = 15): string {
  try {
    const text = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
    return text === '' ? `Its log ${file} is empty.` : `The end of its log ${file}:\n${text}`;
  } catch {
    return `Its log ${file} cannot be read.`;
  }
}
