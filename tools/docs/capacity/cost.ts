import type { PartName } from '../../bench/measure/signet-processes.ts';
import type { Outcome } from '../../bench/figures/result.ts';

/** What `npm run bench -- … --json FILE` writes, as far as the page needs it. */
export interface BenchFile {
  readonly measuredAt: string;
  readonly machine: string;
  readonly arguments: unknown;
  readonly outcomes: readonly Outcome[];
  readonly failures: readonly unknown[];
}

/** What one delivery costs. Bytes are without replication: one PostgreSQL, one replica of Kafka. */
export interface Cost {
  readonly deliveries: number;
  /** CPU seconds of each process, and of all other programs that ran on the machine meanwhile. */
  readonly cpuSeconds: Readonly<Record<Process | 'others', number>>;
  /** Tables and indexes: bytes that stay for the retention. */
  readonly tableBytes: number;
  /** Of these, the indexes whose keys come in no order. */
  readonly scatteredBytes: number;
  readonly walBytes: number;
  /** Writes of pages and of WAL that PostgreSQL asks the system for. */
  readonly writes: number;
  readonly fsyncs: number;
  /** By the first two words of the topic's name. */
  readonly kafkaBytes: Readonly<Record<string, number>>;
}

export const PROCESSES = ['registry', 'ingestion', 'delivery', 'postgres', 'kafka'] as const satisfies PartName[];
export type Process = (typeof PROCESSES)[number];

/** @throws Error when the file was measured without --storage, or without the scenario */
export function costOf({ outcomes }: BenchFile, scenario: string): Cost {
  const outcome = outcomes.find((one) => one.scenario === scenario);
  if (outcome?.cpu === undefined) throw new Error(`The file has no CPU of the scenario ${scenario}.`);
  const { figures, cpu } = outcome;
  const figure = (name: string): number => {
    const found = figures.find((one) => one.name === `${name} per delivery`);
    if (found === undefined) throw new Error(`The file has no "${name}": measure with --storage.`);
    return found.value;
  };
  const seconds = (process: Process): number => (cpu.spent.parts[process] ?? 0) / cpu.deliveries;
  return {
    deliveries: cpu.deliveries,
    cpuSeconds: {
      registry: seconds('registry'),
      ingestion: seconds('ingestion'),
      delivery: seconds('delivery'),
      postgres: seconds('postgres'),
      kafka: seconds('kafka'),
      others: cpu.spent.others / cpu.deliveries,
    },
    tableBytes: figure('PostgreSQL, tables and indexes'),
    scatteredBytes: figure('PostgreSQL, indexes by id and subject'),
    walBytes: figure('PostgreSQL, WAL'),
    writes: figure('PostgreSQL, writes'),
    fsyncs: figure('PostgreSQL, fsyncs'),
    kafkaBytes: Object.fromEntries(
      figures.flatMap(({ name, value }): [string, number][] => {
        const topic = /^Kafka, (?<topic>\S+) per delivery$/.exec(name)?.groups?.['topic'];
        return topic === undefined ? [] : [[topic, value]];
      }),
    ),
  };
}
