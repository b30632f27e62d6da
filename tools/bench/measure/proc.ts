import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What Linux tells of processes under /proc (proc(5)). Elsewhere there is nothing, and `hasProc` says so. */
export const hasProc = process.platform === 'linux';

/** Ticks a second that /proc counts CPU in. */
const TICKS_PER_SECOND = hasProc ? Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100 : 100;

export interface ProcessStat {
  readonly parentPid: number;
  /** Seconds in user and kernel mode, of all threads. */
  readonly cpuSeconds: number;
  /** The same for the children that have ended and that the process has waited for. */
  readonly endedChildrenCpuSeconds: number;
}

/** undefined: no such process. Fields are counted behind the name, which may contain blanks and brackets. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return {
    parentPid: fields[1] ?? 0,
    cpuSeconds: (user + system) / TICKS_PER_SECOND,
    endedChildrenCpuSeconds: (childUser + childSystem) / TICKS_PER_SECOND,
  };
}

/** Resident memory in bytes: a process's own pages, and those it shares (programs, libraries, a database's buffers). */
export function memoryOf(pid: number): { own: number; shared: number } {
  const status = read(`/proc/${pid}/status`) ?? '';
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { own: bytes('RssAnon'), shared: bytes('RssFile') + bytes('RssShmem') };
}

export const commandOf = (pid: number): string => (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();

/** Every process with its parent, as they are now. */
export function parentsOfAll(): ReadonlyMap<number, number> {
  const parents = new Map<number, number>();
  for (const pid of pids()) {
    const stat = statOf(pid);
    if (stat !== undefined) parents.set(pid, stat.parentPid);
  }
  return parents;
}

/** Processes that hold the socket that listens on this TCP port. Empty when it is another user's or another machine's. */
export function listenersOn(port: number): number[] {
  const inodes = new Set([...socketsListening('/proc/net/tcp', port), ...socketsListening('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return [];
  return pids().filter((pid) => openFiles(pid).some((target) => inodes.has(target)));
}

/** TCP ports on which a process listens. */
export function portsOf(pid: number): number[] {
  const files = new Set(openFiles(pid));
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((table) => [...listening(table)])
    .filter(({ socket }) => files.has(socket))
    .map(({ port }) => port);
}

/** Seconds that all cores together have spent on anything but waiting. */
export function busySecondsOfMachine(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = (read('/proc/stat') ?? '')
    .slice('cpu '.length, 400)
    .trim()
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softIrq + steal) / TICKS_PER_SECOND;
}

const socketsListening = (table: string, port: number): string[] =>
  [...listening(table)].filter((one) => one.port === port).map(({ socket }) => socket);

function* listening(table: string): Generator<{ readonly port: number; readonly socket: string }> {
  const LISTEN = '0A';
  for (const line of (read(table) ?? '').split('\n').slice(1)) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === LISTEN) yield { port: Number.parseInt(local.split(':')[1] ?? '', 16), socket: `socket:[${inode}]` };
  }
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

function pids(): number[] {
  return hasProc
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
    : [];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
