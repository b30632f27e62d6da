import type { GenerationRecord } from '@signet/contracts';
import { generationKey, generationRecord, TABLE_PARTITION, TABLE_TOPICS } from '@signet/contracts';
import { ensureTopics, readRanges, setTopicConfig, topicBounds, topicSettings } from '@signet/kafka';
import type { KafkaClientOptions, RecordProducer } from '@signet/kafka';
import { claimTopics, compareWithKafka } from '@signet/service-kit';
import { reasonOfLoss } from './generation.policy.ts';
import type { Place, SeenTables } from './generation.policy.ts';

/** The longest read, milliseconds: only the end of a topic is read. */
const LONGEST_READING_MS = 60_000;

const NAMES = TABLE_TOPICS.map(({ name }) => name);

/** The topics of the tables on Kafka. */
export class TableTopics {
  constructor(
    private readonly client: KafkaClientOptions,
    private readonly producer: RecordProducer,
    private readonly installation: string,
  ) {}

  /** The bounds of each topic; undefined for a topic that does not exist. */
  async bounds(): Promise<SeenTables['topics']> {
    const bounds = await topicBounds(this.client, NAMES, TABLE_PARTITION);
    return new Map(NAMES.map((name) => [name, bounds.get(name)]));
  }

  /**
   * The last generation record of each topic, read from the topic's stored place, or from its beginning where there
   * is none.
   */
  async marksFrom(
    topics: SeenTables['topics'],
    places: Readonly<Record<string, Place | undefined>>,
    stopped: AbortSignal,
  ): Promise<Map<string, GenerationRecord | undefined>> {
    const ranges = [...topics].flatMap(([topic, bounds]) => {
      if (bounds === undefined) return [];
      const from = BigInt(Math.max(bounds.begin, places[topic]?.offset ?? 0));
      const to = BigInt(bounds.end);
      return from < to ? [{ topic, partition: TABLE_PARTITION, from, to }] : [];
    });
    const marks = new Map<string, GenerationRecord | undefined>(NAMES.map((name) => [name, undefined]));
    const key = generationKey(this.installation);
    await readRanges({
      client: this.client,
      ranges,
      signal: AbortSignal.any([stopped, AbortSignal.timeout(LONGEST_READING_MS)]),
      onRecords: async (records, { topic }) => {
        for (const record of records) {
          if (record.key?.toString('utf8') !== key || record.value === null) continue;
          const mark = generationRecord.safeParse(JSON.parse(record.value.toString('utf8')));
          if (mark.success) marks.set(topic, mark.data);
        }
      },
    });
    return marks;
  }

  /**
   * Creates the missing topics and claims them. A topic that a broker has created by itself
   * (auto.create.topics.enable) may have a clean-up policy that would remove entries: the policy is corrected.
   */
  async prepare(stopped: AbortSignal): Promise<void> {
    await ensureTopics(this.client, TABLE_TOPICS);
    const seen = await topicSettings(this.client, NAMES);
    for (const { name, cleanupPolicy } of seen?.topics ?? [])
      if (cleanupPolicy !== 'compact') await setTopicConfig(this.client, name, 'cleanup.policy', 'compact');
    const { client, installation } = this;
    const unclaimed = await compareWithKafka(client, installation, { signal: stopped });
    await claimTopics(client, installation, unclaimed, { signal: stopped });
  }

  /**
   * Writes the heartbeat of a generation.
   *
   * @param known the topics' bounds when they were seen to hold this generation, or before it was published to them.
   *   If a topic has lost records since, the generation is not complete, so no heartbeat is written.
   * @returns the place of the heartbeat on each topic
   * @throws if a topic has lost records since
   */
  async write(mark: Omit<GenerationRecord, 'begin'>, known: SeenTables['topics']): Promise<Record<string, Place>> {
    const places = new Map<string, Place>();
    for (const [topic, now] of await this.bounds()) {
      const lost = reasonOfLoss(topic, now, known.get(topic));
      if (lost !== undefined) throw new Error(lost);
      // No other process writes here: the heartbeat lies at the former end, or after records that the relay has
      // published since.
      places.set(topic, { begin: known.get(topic)?.begin ?? 0, offset: now?.end ?? 0 });
    }
    for (const [topic, { begin }] of places) {
      const value = JSON.stringify({ ...mark, begin } satisfies GenerationRecord);
      const key = generationKey(this.installation);
      await this.producer.publish(topic, { key, value, partition: TABLE_PARTITION });
    }
    return Object.fromEntries(places);
  }
}
