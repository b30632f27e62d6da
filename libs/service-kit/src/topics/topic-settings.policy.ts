import type { TopicDefinition } from '@signet/contracts';
import { TABLE_PARTITION } from '@signet/contracts';
import type { TopicSettings } from '@signet/kafka';

export interface TopicFault {
  readonly topic: string;
  /** Says what is wrong, and what to do. */
  readonly sentence: string;
  /** Whether Kafka would remove records that are needed: then no service may start. */
  readonly losesData: boolean;
}

/** With so many replicas, records survive the loss of a broker while another one is being restarted. */
const SAFE_REPLICAS = 3;
/** So many replicas must have a record before it is acknowledged: if only one had it, the record would be lost with its disk. */
const SAFE_IN_SYNC = 2;

type Expected = Pick<TopicDefinition, 'name' | 'partitions' | 'cleanup'> & { readonly retentionMs?: number };

/**
 * The faults in the settings of a topic. The operators decide about partitions, retention and replicas, so a difference there is
 * only logged. A clean-up policy that removes records which Signet needs prevents the start.
 *
 * @param brokers the number of brokers in the cluster: a topic cannot have more replicas
 */
export function faultsOf(expected: Expected, actual: TopicSettings, brokers: number): TopicFault[] {
  const faults: TopicFault[] = [];
  const add = (sentence: string, losesData = false): void =>
    void faults.push({ topic: actual.name, sentence: `The topic ${actual.name} ${sentence}`, losesData });
  const policies = actual.cleanupPolicy.split(',').map((policy) => policy.trim());
  const unwanted = expected.cleanup === 'compact' ? 'delete' : 'compact';
  if (!policies.includes(expected.cleanup) || policies.includes(unwanted)) {
    const loss = unwanted === 'delete' ? 'what is old on it' : 'all but the last record of each key';
    add(
      `has cleanup.policy=${actual.cleanupPolicy}: Kafka would remove ${loss}. Set cleanup.policy=${expected.cleanup} on it (kafka-configs.sh --alter --entity-type topics --entity-name ${actual.name} --add-config cleanup.policy=${expected.cleanup}).`,
      true,
    );
  }
  if (expected.cleanup === 'delete') addRetentionFaults(expected, actual, add);
  addPartitionFaults(expected, actual, add);
  addReplicaFaults(actual, brokers, add);
  return faults;
}

type Add = (sentence: string) => void;

function addRetentionFaults({ retentionMs = 0 }: Expected, actual: TopicSettings, add: Add): void {
  if (actual.retentionMs >= 0 && actual.retentionMs < retentionMs)
    add(`keeps records for retention.ms=${actual.retentionMs}; Signet expects ${retentionMs} or more.`);
  if (actual.retentionBytes >= 0)
    add(`has retention.bytes=${actual.retentionBytes}: records may go before their time. Signet expects no limit.`);
}

function addPartitionFaults({ cleanup, partitions }: Expected, actual: TopicSettings, add: Add): void {
  if (cleanup === 'compact' && actual.partitions > partitions)
    add(`has ${actual.partitions} partitions: Signet uses partition ${TABLE_PARTITION} of it only.`);
  if (cleanup === 'delete' && actual.partitions < partitions)
    add(`has ${actual.partitions} partitions; Signet expects ${partitions} or more.`);
}

function addReplicaFaults({ replicationFactor, minInsyncReplicas }: TopicSettings, brokers: number, add: Add): void {
  const replicas = Math.min(SAFE_REPLICAS, brokers);
  if (replicationFactor < replicas)
    add(`has replication factor ${replicationFactor}: give it ${replicas}, since the cluster has ${brokers} brokers.`);
  if (replicationFactor >= SAFE_REPLICAS && minInsyncReplicas < SAFE_IN_SYNC)
    add(
      `has min.insync.replicas=${minInsyncReplicas}: what only one broker has is lost with it. Set it to ${SAFE_IN_SYNC}.`,
    );
  if (minInsyncReplicas > 1 && minInsyncReplicas >= replicationFactor)
    add(
      `has min.insync.replicas=${minInsyncReplicas} and replication factor ${replicationFactor}: nothing can be written while a broker is away.`,
    );
}
