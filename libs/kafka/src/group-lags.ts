import { createKafka } from './client.ts';
import type { KafkaClientOptions } from './client.ts';
import type { KafkaAdmin } from './prefix/prefixed-admin.ts';

/** How far a consumer group is behind the end of a topic. */
export interface GroupLag {
  readonly group: string;
  readonly topic: string;
  /** Records between the committed offsets and the ends of all partitions. */
  readonly records: number;
}

/** Few: the caller asks again anyway. kafkajs needs one, to learn the brokers after it has connected. */
const RETRIES = 2;

/**
 * Reads the lag of consumer groups from committed offsets and ends of topics, over one connection that it keeps. It depends on
 * no consumer, so that the lag of one that is stuck or gone goes on growing. A group that has committed nothing has no lag yet.
 */
export class GroupLags {
  private admin: KafkaAdmin | undefined;

  constructor(
    private readonly client: KafkaClientOptions,
    private readonly groups: readonly string[],
  ) {}

  /** @throws when Kafka does not answer, or answers for none of the groups */
  async read(): Promise<GroupLag[]> {
    const admin = await this.connected();
    try {
      const ends = new Map<string, Promise<Map<number, bigint>>>();
      const reads = await Promise.allSettled(this.groups.map((group) => lagsOf(admin, group, ends)));
      const lags = reads.flatMap((read) => (read.status === 'fulfilled' ? read.value : []));
      const failed = reads.find((read) => read.status === 'rejected');
      if (failed && lags.length === 0) throw failed.reason;
      return lags;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.disconnect().catch(() => undefined);
  }

  private async connected(): Promise<KafkaAdmin> {
    if (this.admin) return this.admin;
    const admin = createKafka(this.client, RETRIES).admin();
    await admin.connect();
    return (this.admin = admin);
  }
}

async function lagsOf(
  admin: KafkaAdmin,
  group: string,
  ends: Map<string, Promise<Map<number, bigint>>>,
): Promise<GroupLag[]> {
  const committed = await admin.fetchOffsets({ groupId: group });
  return Promise.all(
    committed.map(async ({ topic, partitions }) => {
      if (!ends.has(topic)) ends.set(topic, endsOf(admin, topic));
      const ofTopic = await ends.get(topic);
      const records = partitions.reduce((sum, { partition, offset }) => {
        const end = ofTopic?.get(partition);
        // -1: nothing committed for this partition, though for others.
        return end === undefined || BigInt(offset) < 0n ? sum : sum + Math.max(0, Number(end - BigInt(offset)));
      }, 0);
      return { group, topic, records };
    }),
  );
}

/** A topic that has been deleted since the group committed on it has no ends. */
const endsOf = async (admin: KafkaAdmin, topic: string): Promise<Map<number, bigint>> => {
  const offsets = await admin.fetchTopicOffsets(topic).catch((error: unknown) => {
    if ((error as { type?: string } | null)?.type === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
    throw error;
  });
  return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
};
