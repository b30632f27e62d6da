import type { PartName } from '../measure/signet-processes.ts';

/** What can be counted, in the order of the report. */
export const COUNTED = [
  'Kafka: produce',
  'Kafka: fetch',
  'Kafka: commit',
  'Kafka: heartbeat',
  'Kafka: metadata',
  'Kafka: other',
  'PostgreSQL: statements',
  'PostgreSQL: commits and rollbacks',
  'PostgreSQL: transactions that write',
  'PostgreSQL: WAL, bytes',
  'event loop: turns',
  'event loop: events',
  'context switches, voluntary',
  'context switches, forced',
  'read system calls',
  'write system calls',
] as const;
export type Counted = (typeof COUNTED)[number];

/** Numbers that only grow. What cannot be counted is missing, and not 0. */
export type Counts = Readonly<Partial<Record<Counted, number>>>;

export type CostPart = PartName | 'driver';

/** What was counted at one moment: for each part, what each of its sources said. A source is a process, or one thing that was asked. */
export interface CostReading {
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
  readonly parts: ReadonlyMap<CostPart, ReadonlyMap<string, Counts>>;
}

/** What was counted between two moments. */
export interface CostsSpent {
  readonly part: string;
  readonly seconds: number;
  readonly costs: Readonly<Partial<Record<CostPart, Counts>>>;
  /** What could not be counted, and why. */
  readonly notes: readonly string[];
}

/**
 * A process that began in between counts from 0. One that has ended in between counts nothing: PostgreSQL's process of a connection that
 * was closed, for example.
 */
export function costsBetween(before: CostReading, after: CostReading): Pick<CostsSpent, 'seconds' | 'costs'> {
  const costs = [...after.parts].map(([part, sources]): [CostPart, Counts] => {
    const sum: Partial<Record<Counted, number>> = {};
    for (const [source, counts] of sources) {
      const earlier = before.parts.get(part)?.get(source) ?? {};
      for (const counted of COUNTED) {
        const now = counts[counted];
        if (now !== undefined) sum[counted] = (sum[counted] ?? 0) + now - (earlier[counted] ?? 0);
      }
    }
    return [part, sum];
  });
  return { seconds: (after.at - before.at) / 1_000, costs: Object.fromEntries(costs) };
}
