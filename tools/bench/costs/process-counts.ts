import { readdirSync, readFileSync } from 'node:fs';
import type { Counts } from './counts.ts';

/**
 * What Linux counts of a process: context switches of all its present threads, and system calls that read and write files, pipes and, with
 * `read` and `write`, sockets. PostgreSQL uses `recv` and `send` for its connections, which are not among them. Empty where it may not be read.
 */
export function processCounts(pid: number): Counts {
  const io = fields(`/proc/${pid}/io`);
  const threads = threadsOf(pid).map((thread) => fields(`/proc/${pid}/task/${thread}/status`));
  const switches = (name: string): number => threads.reduce((sum, thread) => sum + (thread.get(name) ?? 0), 0);
  const [reads, writes] = [io.get('syscr'), io.get('syscw')];
  return {
    ...(threads.length > 0 && {
      'context switches, voluntary': switches('voluntary_ctxt_switches'),
      'context switches, forced': switches('nonvoluntary_ctxt_switches'),
    }),
    ...(reads !== undefined && { 'read system calls': reads }),
    ...(writes !== undefined && { 'write system calls': writes }),
  };
}

function fields(file: string): ReadonlyMap<string, number> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')), Number.parseInt(line.split(':')[1] ?? '', 10)]),
    );
  } catch {
    return new Map();
  }
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
