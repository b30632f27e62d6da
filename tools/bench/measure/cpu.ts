import { setTimeout as delay } from 'node:timers/promises';
import { busySecondsOfMachine, hasProc, memoryOf, parentsOfAll, statOf } from './proc.ts';
import type { Part, PartName } from './signet-processes.ts';
import { pidsOf } from './signet-processes.ts';

/** CPU seconds so far, by part; and of the whole machine. */
export interface CpuReading {
  readonly parts: ReadonlyMap<PartName, number>;
  readonly driver: number;
  readonly receiver: number;
  readonly machine: number;
}

/** CPU seconds between two readings. `others` is the CPU of processes that are not part of the benchmark: noise in every figure. */
export interface CpuSpent {
  readonly parts: Readonly<Partial<Record<PartName, number>>>;
  readonly driver: number;
  readonly receiver: number;
  readonly others: number;
}

const SETTLED_WINDOW_MS = 250;
/** Share of one core that counts as idle; a broker, a database and four Node processes tick a little all the time. */
const IDLE_SHARE = 0.12;

/** Reads what the parts of a running Signet, the driver (this process) and the receiver have spent. */
export class CpuMeter {
  readonly #parts: readonly Part[];
  readonly #receiverPid: number;

  constructor(parts: readonly Part[], receiverPid: number) {
    this.#parts = parts;
    this.#receiverPid = receiverPid;
  }

  read(): CpuReading {
    const parents = hasProc ? parentsOfAll() : new Map<number, number>();
    const own = process.cpuUsage();
    return {
      parts: new Map(this.#parts.map((part) => [part.name, cpuOf(part, parents)])),
      driver: (own.user + own.system) / 1e6,
      receiver: statOf(this.#receiverPid)?.cpuSeconds ?? 0,
      machine: busySecondsOfMachine(),
    };
  }

  /**
   * Waits until the parts are idle, so that work which follows the last delivery (recording it, counting it) is counted for
   * the deliveries that caused it. After `timeoutMs` it reads the CPU although a part is still busy.
   */
  async settled(timeoutMs = 5_000): Promise<CpuReading> {
    let reading = this.read();
    await untilIdle(() => sum((reading = this.read()).parts.values()), timeoutMs);
    return reading;
  }

  /** Resident bytes of each part; memory that PostgreSQL's processes share is counted once. */
  memory(): Partial<Record<PartName, number>> {
    const parents = hasProc ? parentsOfAll() : new Map<number, number>();
    return Object.fromEntries(
      this.#parts.map((part) => {
        const each = pidsOf(part, parents).map(memoryOf);
        return [part.name, sum(each.map(({ own }) => own)) + Math.max(0, ...each.map(({ shared }) => shared))];
      }),
    );
  }
}

/** Waits until processes need hardly any CPU, for as long as `timeoutMs`. @param seconds the CPU seconds that they have spent so far */
export async function untilIdle(seconds: () => number, timeoutMs = 5_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let before = seconds();
  for (;;) {
    await delay(SETTLED_WINDOW_MS);
    const now = seconds();
    const share = (now - before) / (SETTLED_WINDOW_MS / 1_000);
    if (share <= IDLE_SHARE || performance.now() >= deadline) return;
    before = now;
  }
}

export function spentBetween(before: CpuReading, after: CpuReading): CpuSpent {
  const parts = Object.fromEntries([...after.parts].map(([name, cpu]) => [name, cpu - (before.parts.get(name) ?? 0)]));
  const driver = after.driver - before.driver;
  const receiver = after.receiver - before.receiver;
  const ours = sum(Object.values(parts)) + driver + receiver;
  return { parts, driver, receiver, others: Math.max(0, after.machine - before.machine - ours) };
}

/** All that Signet spent; NaN where none of its parts can be seen. */
export const signetSeconds = ({ parts }: CpuSpent): number =>
  Object.keys(parts).length === 0 ? Number.NaN : sum(Object.values(parts));

/** The CPU of a child that ends between two readings is not lost: the system then adds it to its parent's ended children. */
function cpuOf(part: Part, parents: ReadonlyMap<number, number>): number {
  const stats = pidsOf(part, parents).map(statOf);
  const living = sum(stats.map((stat) => stat?.cpuSeconds ?? 0));
  return part.withChildren ? living + sum(stats.map((stat) => stat?.endedChildrenCpuSeconds ?? 0)) : living;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
