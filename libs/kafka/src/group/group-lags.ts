import { settledWithin } from '@signet/async';
import { createKafka } from '../connection/client.ts';
import type { KafkaClientOptions } from '../connection/client.ts';
import type { KafkaAdmin } from '../prefix/prefixed-admin.ts';

/** How far a consumer group is behind the end of a topic. */
export interface GroupLag {
  readonly group: string;
  readonly topic: string;
  /** Records between the committed offsets and the ends of all partitions. */
  readonly records: number;
  /** How long this reader has seen the group commit nothing on the partition that has waited longest, milliseconds. */
  readonly stalledMs: number;
}

/** A partition on which the group is behind. */
interface Waiting {
  readonly offset: bigint;
  /** Milliseconds of the monotonic clock at which this offset was seen first. */
  readonly since: number;
}

interface Ends {
  readonly low: bigint;
  readonly high: bigint;
}

const NOTHING_COMMITTED = -1n;
/** Few, since the caller asks again anyway. kafkajs needs at least one, to learn the brokers after it has connected. */
const RETRIES = 2;
const CLOSING_MS = 5_000;

/**
 * Reads the lag of consumer groups from committed offsets and ends of topics, over one connection that it keeps. It does not ask
 * the consumers, so the lag goes on growing if a consumer is stuck or gone. A group that has committed nothing on any topic has no lag.
 */
export class GroupLags {
  private readonly waiting = new Map<string, Waiting>();
  private connection: Promise<KafkaAdmin> | undefined;

  constructor(
    private readonly client: KafkaClientOptions,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws when Kafka does not answer, or does not allow the question */
  async read(group: string): Promise<GroupLag[]> {
    const connection = (this.connection ??= this.connect());
    try {
      return await this.readOver(await connection, group);
    } catch (error) {
      // After an answer such as "not authorized" the connection is still good, and the questions about other groups need it.
      if ((error as { type?: string } | null)?.type === undefined && this.connection === connection) await this.close();
      throw error;
    } finally {
      // The connection was closed meanwhile, but kafkajs has opened it again for the other questions of this reading.
      if (this.connection !== connection) await disconnect(connection);
    }
  }

  /** A connection that is still being opened is closed too. */
  async close(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    if (connection) await disconnect(connection);
  }

  private async readOver(admin: KafkaAdmin, group: string): Promise<GroupLag[]> {
    const committed = await admin.fetchOffsets({ groupId: group });
    return Promise.all(
      committed.map(async ({ topic, partitions }) => {
        const offsets = new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
        // Kafka leaves out partitions without a commit.
        const lags = [...(await endsOf(admin, topic))].map(([partition, ends]) =>
          this.lagOf(`${group} ${topic} ${partition}`, offsets.get(partition) ?? NOTHING_COMMITTED, ends),
        );
        const records = lags.reduce((sum, lag) => sum + lag.records, 0);
        return { group, topic, records, stalledMs: Math.max(0, ...lags.map(({ stalledMs }) => stalledMs)) };
      }),
    );
  }

  /** An offset below the earliest record, or none at all, means that the group begins at the earliest record. */
  private lagOf(partition: string, offset: bigint, { low, high }: Ends): { records: number; stalledMs: number } {
    const records = Math.max(0, Number(high - (offset < low ? low : offset)));
    const before = this.waiting.get(partition);
    if (records === 0) this.waiting.delete(partition);
    else if (before?.offset !== offset) this.waiting.set(partition, { offset, since: this.now() });
    else return { records, stalledMs: this.now() - before.since };
    return { records, stalledMs: 0 };
  }

  private async connect(): Promise<KafkaAdmin> {
    const admin = createKafka(this.client, RETRIES).admin();
    await admin.connect();
    return admin;
  }
}

/** A connection that does not close in time is left to end by itself. */
const disconnect = (connection: Promise<KafkaAdmin>): Promise<unknown> =>
  settledWithin(
    connection.then((admin) => admin.disconnect()),
    CLOSING_MS,
  );

/** A topic that has been deleted since the group committed on it has no ends. */
const endsOf = async (admin: KafkaAdmin, topic: string): Promise<Map<number, Ends>> => {
  const offsets = await admin.fetchTopicOffsets(topic).catch((error: unknown) => {
    if ((error as { type?: string } | null)?.type === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
    throw error;
  });
  return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
};
