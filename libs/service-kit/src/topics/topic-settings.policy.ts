import type { TopicDefinition } from '@signet/contracts';
import { TABLE_PARTITION } from '@signet/contracts';
import type { TopicSettings } from '@signet/kafka';

export interface TopicFault {
  readonly topic: string;
  /** What is wrong, and what to do. */
  readonly sentence: string;
  /** Whether records would be removed that are needed: nothing may start on it. */
  readonly losesData: boolean;
}

/** So many replicas survive the loss of a broker while another one is being restarted. */
const SAFE_REPLICAS = 3;
/** A record that only one replica has is gone with its disk. */
const SAFE_IN_SYNC = 2;

type Expected = Pick<TopicDefinition, 'name' | 'partitions' | 'cleanup'> & { readonly retentionMs?: number };

/**
 * What is wrong with the settings of a topic. Partitions, retention and replicas are their operators' business: they are
 * named in the log. A clean-up policy that removes what Signet needs is no matter of taste.
 *
 * @param brokers how many the cluster has: replicas that it cannot have are not asked for
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
