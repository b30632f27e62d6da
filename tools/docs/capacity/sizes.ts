/** What one delivery costs, as `npm run bench -- kafka --storage` measures it: one webhook per message. */
export interface CostOfDelivery {
  /** CPU seconds of each process. */
  readonly cpuSeconds: Readonly<Record<'registry' | 'ingestion' | 'delivery' | 'postgres' | 'kafka', number>>;
  /** Tables and indexes, bytes that stay for the retention. */
  readonly tableBytes: number;
  readonly walBytes: number;
  /** Writes of pages and of WAL that PostgreSQL asks for. */
  readonly writes: number;
  /** On the segments of one replica of Kafka, all topics together. */
  readonly kafkaBytes: number;
}

/** How busy one is planned to be, so that a peak, or one replica less, finds room. */
const PLANNED_LOAD = 0.6;
/** Node.js runs one thread. */
const CORES_OF_A_REPLICA = 1;
/** Keys are not spread evenly over partitions: with two or more a replica, none has far more than its share. */
const PARTITIONS_OF_A_REPLICA = 2;
const LEAST_PARTITIONS = 6;
/** One may end, or be updated, while the others serve. */
const LEAST_REPLICAS = 2;
const KAFKA_REPLICAS = 3;
/** SIGNET_RETENTION, and the retention of Kafka's topics, by default. */
const RETENTION_DAYS = 90;
const KAFKA_RETENTION_DAYS = 7;
const DAY_SECONDS = 86_400;

export interface Sizes {
  readonly perSecond: number;
  readonly partitions: number;
  readonly replicas: Readonly<Record<'registry' | 'ingestion' | 'delivery', number>>;
  /** PostgreSQL's: cores, bytes a second of WAL, writes a second, bytes after the retention. */
  readonly postgres: {
    readonly cores: number;
    readonly walPerSecond: number;
    readonly writesPerSecond: number;
    readonly bytes: number;
  };
  /** Kafka's, all replicas together: bytes a second onto disks, bytes after its retention. */
  readonly kafka: { readonly cores: number; readonly bytesPerSecond: number; readonly bytes: number };
}

/** What an installation needs for so many deliveries a second, all day. Pure arithmetic. */
export function sizesFor(perSecond: number, cost: CostOfDelivery): Sizes {
  const replicas = (process: 'registry' | 'ingestion' | 'delivery'): number =>
    Math.max(LEAST_REPLICAS, Math.ceil((perSecond * cost.cpuSeconds[process]) / (CORES_OF_A_REPLICA * PLANNED_LOAD)));
  const delivery = replicas('delivery');
  const cores = (process: 'postgres' | 'kafka'): number =>
    Math.ceil((perSecond * cost.cpuSeconds[process]) / PLANNED_LOAD);
  const kafkaBytesPerSecond = perSecond * cost.kafkaBytes * KAFKA_REPLICAS;
  return {
    perSecond,
    partitions: Math.max(LEAST_PARTITIONS, PARTITIONS_OF_A_REPLICA * delivery),
    replicas: { registry: replicas('registry'), ingestion: replicas('ingestion'), delivery },
    postgres: {
      cores: cores('postgres'),
      walPerSecond: perSecond * cost.walBytes,
      writesPerSecond: perSecond * cost.writes,
      bytes: perSecond * cost.tableBytes * DAY_SECONDS * RETENTION_DAYS,
    },
    kafka: {
      cores: cores('kafka'),
      bytesPerSecond: kafkaBytesPerSecond,
      bytes: kafkaBytesPerSecond * DAY_SECONDS * KAFKA_RETENTION_DAYS,
    },
  };
}

/** A large server for PostgreSQL: what it is planned with, not what it can do at its best. */
export interface Primary {
  readonly cores: number;
  /** That a synchronous standby follows. */
  readonly walPerSecond: number;
  readonly writesPerSecond: number;
  readonly bytes: number;
}

export interface End {
  readonly perSecond: number;
  readonly because: 'cores' | 'WAL' | 'writes' | 'disk';
}

/** How many deliveries a second one primary takes, and what ends first. */
export function endOfOnePrimary(primary: Primary, cost: CostOfDelivery): End {
  const ends: End[] = [
    { because: 'cores', perSecond: (primary.cores * PLANNED_LOAD) / cost.cpuSeconds.postgres },
    { because: 'WAL', perSecond: primary.walPerSecond / cost.walBytes },
    { because: 'writes', perSecond: primary.writesPerSecond / cost.writes },
    { because: 'disk', perSecond: primary.bytes / (cost.tableBytes * DAY_SECONDS * RETENTION_DAYS) },
  ];
  return ends.toSorted((one, other) => one.perSecond - other.perSecond)[0]!;
}
