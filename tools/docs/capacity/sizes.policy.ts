import type { Process } from './cost.ts';
import type { FullDayCost } from './full-day.policy.ts';

const DAY_SECONDS = 86_400;

/** The assumptions of the page, which lists all of them. */
export interface Plan {
  /** How busy a core is planned to be, so that a peak, or one replica less, finds room. */
  readonly load: number;
  /** A replica is one process, and JavaScript runs on one thread of it. */
  readonly coresOfReplica: number;
  /** Keys are not spread evenly: with two or more partitions a replica, none has far more than its share. */
  readonly partitionsOfReplica: number;
  /** As the services make the topic. */
  readonly leastPartitions: number;
  /** At least two, so that one may end, or be updated, while the other serves. */
  readonly leastReplicas: number;
  /** SIGNET_DISPATCH_CONCURRENCY, and how long a receiver takes to answer in the mean, seconds. */
  readonly dispatchConcurrency: number;
  readonly answerSeconds: number;
  /** Connections of a replica of registry or delivery (SIGNET_DATABASE_POOL + 3), and those beside. */
  readonly connectionsOfReplica: number;
  readonly otherConnections: number;
  readonly kafkaReplicas: number;
  readonly kafkaDays: number;
  /** SIGNET_RETENTION, days. */
  readonly retentionDays: number;
}

export interface Sizes {
  readonly perSecond: number;
  /** Of `delivery.requests.v1` and the topics before it. */
  readonly partitions: number;
  /** Of `delivery.outcomes.v1`, which the registry reads. */
  readonly outcomePartitions: number;
  readonly replicas: Readonly<Record<'registry' | 'ingestion' | 'delivery', number>>;
  readonly postgres: {
    readonly cores: number;
    readonly walPerSecond: number;
    readonly writesPerSecond: number;
    readonly fsyncsPerSecond: number;
    /** Of the indexes of the present day that must stay in memory. */
    readonly memoryBytes: number;
    /** After the retention. */
    readonly bytes: number;
    readonly connections: number;
  };
  /** All replicas of a record together. */
  readonly kafka: { readonly cores: number; readonly bytesPerSecond: number; readonly bytes: number };
}

/** What an installation needs for so many deliveries a second, all day. Pure arithmetic. */
export function sizesFor(perSecond: number, cost: FullDayCost, plan: Plan): Sizes {
  const cores = (process: Process): number => Math.ceil((perSecond * cost.cpuSeconds[process]) / plan.load);
  const replicas = (process: Process): number => Math.max(plan.leastReplicas, cores(process) / plan.coresOfReplica);
  const posts = Math.ceil((perSecond * plan.answerSeconds) / plan.dispatchConcurrency / plan.load);
  const delivery = Math.max(replicas('delivery'), posts);
  const registry = replicas('registry');
  const kafkaBytes = Object.values(cost.kafkaBytes).reduce((sum, bytes) => sum + bytes, 0);
  const kafkaPerSecond = perSecond * kafkaBytes * plan.kafkaReplicas;
  return {
    perSecond,
    partitions: Math.max(plan.leastPartitions, plan.partitionsOfReplica * delivery),
    outcomePartitions: Math.max(plan.leastPartitions, plan.partitionsOfReplica * registry),
    replicas: { registry, ingestion: replicas('ingestion'), delivery },
    postgres: {
      cores: cores('postgres'),
      walPerSecond: perSecond * cost.walBytes,
      writesPerSecond: perSecond * cost.writes,
      fsyncsPerSecond: perSecond * cost.fsyncs,
      memoryBytes: perSecond * cost.scatteredBytes * DAY_SECONDS,
      bytes: perSecond * cost.tableBytes * DAY_SECONDS * plan.retentionDays,
      connections: (registry + delivery + 2) * plan.connectionsOfReplica + plan.otherConnections,
    },
    kafka: {
      // Each broker has a copy: it takes part in writing every record of the partitions that it follows.
      cores: cores('kafka') * plan.kafkaReplicas,
      bytesPerSecond: kafkaPerSecond,
      bytes: kafkaPerSecond * DAY_SECONDS * plan.kafkaDays,
    },
  };
}

/** A disk that is fuller than this is a reason to act. */
const FULL = 0.75;

/** Deliveries a second, all day, for which disks are large enough: PostgreSQL's, and one broker's that has a copy of every record. */
export function ratesThatFit(
  postgresBytes: number,
  brokerBytes: number,
  cost: FullDayCost,
  plan: Plan,
): { readonly postgres: number; readonly kafka: number } {
  const kafkaBytes = Object.values(cost.kafkaBytes).reduce((sum, bytes) => sum + bytes, 0);
  return {
    postgres: (postgresBytes * FULL) / (cost.tableBytes * DAY_SECONDS * plan.retentionDays),
    kafka: (brokerBytes * FULL) / (kafkaBytes * DAY_SECONDS * plan.kafkaDays),
  };
}

/** A server for PostgreSQL, with the figures to plan with, not its best ones. */
export interface Primary {
  readonly cores: number;
  readonly memoryBytes: number;
  /** Bytes of WAL a second that a synchronous standby can follow. */
  readonly walPerSecond: number;
  readonly writesPerSecond: number;
  readonly diskBytes: number;
}

export interface End {
  readonly resource: 'disk' | 'WAL' | 'writes' | 'cores';
  /** Deliveries a second, all day, at which the resource is used up. */
  readonly perSecond: number;
}

/** Deliveries a second above which the indexes of a day do not fit into memory. Signet still works then, but each delivery reads pages from the disk. */
export const fitsIntoMemory = ({ memoryBytes }: Primary, cost: FullDayCost): number =>
  memoryBytes / (cost.scatteredBytes * DAY_SECONDS);

/** The rate at which each resource of one primary is used up; the scarcest resource comes first. */
export function endsOfOnePrimary(primary: Primary, cost: FullDayCost, plan: Plan): End[] {
  const ends: End[] = [
    { resource: 'cores', perSecond: (primary.cores * plan.load) / cost.cpuSeconds.postgres },
    { resource: 'WAL', perSecond: primary.walPerSecond / cost.walBytes },
    { resource: 'writes', perSecond: primary.writesPerSecond / cost.writes },
    { resource: 'disk', perSecond: primary.diskBytes / (cost.tableBytes * DAY_SECONDS * plan.retentionDays) },
  ];
  return ends.toSorted((one, other) => one.perSecond - other.perSecond);
}
