import { kafkaRequests } from '@signet/kafka';
import type { LocalFile } from '../../dev/data-folder/local-file.ts';
import { findParts, pidsOf } from '../measure/signet-processes.ts';
import type { Inspector } from '../observe/inspector.ts';
import type { Inspectors } from '../observe/inspectors.ts';
import type { Observer } from '../observe/observer.ts';
import { costsBetween } from './counts.ts';
import type { CostPart, CostReading, Counts, CostsSpent } from './counts.ts';
import { kafkaCounts, kafkaCountsOfMetrics } from './kafka-counts.ts';
import { postgresCounts } from './postgres-counts.ts';
import { processCounts } from './process-counts.ts';

/** What libuv counts of the event loop, since Node 22.8. */
interface LoopInfo {
  readonly loopCount: number;
  readonly events: number;
}
const LOOP_INFO = 'performance.nodeTiming.uvMetricsInfo';

/** Counts what the measured parts of scenarios cost each process: requests to Kafka, work of PostgreSQL, turns of the event loop, system calls. */
export class Costing implements Observer {
  readonly #local: () => LocalFile;
  readonly #inspectors: Inspectors;
  readonly #spent: CostsSpent[] = [];

  constructor(local: () => LocalFile, inspectors: Inspectors) {
    this.#local = local;
    this.#inspectors = inspectors;
  }

  get spent(): readonly CostsSpent[] {
    return this.#spent;
  }

  async begin(part: string): Promise<() => Promise<void>> {
    const notes: string[] = [];
    const before = await this.#read(notes);
    return async () => {
      const between = costsBetween(before, await this.#read(notes));
      this.#spent.push({ part, ...between, notes: [...new Set(notes)] });
    };
  }

  async #read(notes: string[]): Promise<CostReading> {
    const local = this.#local();
    const parts = new Map<CostPart, Map<string, Counts>>();
    const add = (part: CostPart, source: string, counts: Counts): void => {
      parts.set(part, (parts.get(part) ?? new Map<string, Counts>()).set(source, counts));
    };
    const inspectors = await this.#inspectors.all((name, reason) =>
      notes.push(`The event loop of ${name} is not counted: ${reason}`),
    );
    for (const [name, inspector] of inspectors) add(name, 'event loop', await loopOf(inspector));
    for (const [name, { managementPort }] of Object.entries(local.services))
      add(name as CostPart, 'metrics', kafkaCountsOfMetrics(await metricsOf(managementPort)));
    for (const [part, counts] of Object.entries(await postgresCounts(local))) add(part as CostPart, 'database', counts);
    for (const part of findParts(local))
      for (const pid of pidsOf(part)) add(part.name, `process ${pid}`, processCounts(pid));
    add('driver', 'process', { ...processCounts(process.pid), ...kafkaCounts(kafkaRequests()), ...ownLoop() });
    return { at: performance.now(), parts };
  }
}

async function loopOf(inspector: Inspector): Promise<Counts> {
  const { result } = await inspector.call<{ result: { value?: LoopInfo } }>('Runtime.evaluate', {
    expression: `({ ...${LOOP_INFO} })`,
    returnByValue: true,
  });
  return loopCounts(result.value);
}

const ownLoop = (): Counts =>
  loopCounts((performance as unknown as { nodeTiming: { uvMetricsInfo?: LoopInfo } }).nodeTiming.uvMetricsInfo);

const loopCounts = (info: LoopInfo | undefined): Counts =>
  info === undefined ? {} : { 'event loop: turns': info.loopCount, 'event loop: events': info.events };

async function metricsOf(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return response.text();
}
