import { randomUUID } from 'node:crypto';
import { CE } from '@signet/contracts';
import type { KafkaBatchServer, KafkaRecord } from '@signet/kafka';
import { testBrokers } from './topics.ts';
import { waitFor } from '../wait-for.ts';

/** Everything on a topic, from its beginning, as it comes. Topics are shared between tests: look by your own keys. */
export class FollowedTopic {
  private constructor(
    private readonly topic: string,
    private readonly records: readonly KafkaRecord[],
    private readonly server: KafkaBatchServer,
  ) {}

  static async of(topic: string, brokers: readonly string[] = testBrokers()): Promise<FollowedTopic> {
    // Loaded on demand: most test files need no Kafka client.
    const { KafkaBatchServer } = await import('@signet/kafka');
    const records: KafkaRecord[] = [];
    const server = new KafkaBatchServer({
      client: { brokers, clientId: 'signet-testing' },
      groupId: `follow-${randomUUID()}`,
      transportId: Symbol('follow'),
      // The handler below refuses nothing, so nothing is ever sent there.
      deadLetterTopic: topic,
    });
    const keep = async (batch: { records: KafkaRecord[] }): Promise<void> => void records.push(...batch.records);
    server.addHandler(topic, keep, true);
    await server.start();
    return new FollowedTopic(topic, records, server);
  }

  /** The first record that the condition holds for. */
  find(condition: (record: KafkaRecord) => boolean, what: string): Promise<KafkaRecord> {
    return waitFor(() => this.records.find(condition), { what: `${what} on ${this.topic}` });
  }

  /** The first record of this key that the condition holds for. */
  record(key: string, condition: (record: KafkaRecord) => boolean = () => true): Promise<KafkaRecord> {
    return this.find((record) => record.key?.toString() === key && condition(record), `a record of ${key}`);
  }

  async json(key: string, condition: (value: { version: number }) => boolean = () => true): Promise<object> {
    const parse = ({ value }: KafkaRecord) => JSON.parse(value?.toString() ?? 'null') as { version: number } | null;
    const isMeant = (record: KafkaRecord): boolean => {
      const value = parse(record);
      return value !== null && condition(value);
    };
    return parse(await this.record(key, isMeant)) ?? {};
  }

  async tombstone(key: string): Promise<void> {
    await this.record(key, ({ value }) => value === null);
  }

  /** This key's records so far. */
  recordsOf(key: string): readonly KafkaRecord[] {
    return this.records.filter((record) => record.key?.toString() === key);
  }

  /** The CloudEvents ids of this key's records so far. */
  idsOf(key: string): string[] {
    return this.recordsOf(key).map(({ headers }) => headers[CE.id]?.toString() ?? '');
  }

  /** How many records of this key came so far. */
  count(key: string): number {
    return this.recordsOf(key).length;
  }

  /** Every value that came so far. */
  text(): string {
    return this.records.map(({ value }) => value?.toString() ?? '').join('\n');
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
