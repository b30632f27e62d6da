import { randomUUID } from 'node:crypto';
import { CE } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { KafkaBatchServer } from '@signet/kafka';
import { testBrokers, waitFor } from '@signet/testing';

/** Everything on a topic, from its beginning, as it comes. Topics are shared between tests: look by your own keys. */
export class FollowedTopic {
  readonly #records: KafkaRecord[] = [];
  readonly #server: KafkaBatchServer;
  readonly #topic: string;

  private constructor(topic: string) {
    this.#topic = topic;
    this.#server = new KafkaBatchServer({
      client: { brokers: testBrokers(), clientId: 'registry-test' },
      groupId: `registry-test.${randomUUID()}`,
      transportId: Symbol('test'),
      deadLetterTopic: topic,
    });
    this.#server.addHandler(
      topic,
      async (batch: { records: KafkaRecord[] }) => void this.#records.push(...batch.records),
      true,
    );
  }

  static async of(topic: string): Promise<FollowedTopic> {
    const followed = new FollowedTopic(topic);
    await followed.#server.start();
    return followed;
  }

  /** The first record of this key that the condition holds for. */
  record(key: string, condition: (record: KafkaRecord) => boolean = () => true): Promise<KafkaRecord> {
    const found = () => this.#records.find((record) => record.key?.toString() === key && condition(record));
    return waitFor(found, { what: `a record of ${key} on ${this.#topic}` });
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

  /** The CloudEvents ids of this key's records so far. */
  idsOf(key: string): string[] {
    const own = this.#records.filter((record) => record.key?.toString() === key);
    return own.map(({ headers }) => headers[CE.id]?.toString() ?? '');
  }

  /** How many records of this key came so far. */
  count(key: string): number {
    return this.#records.filter((record) => record.key?.toString() === key).length;
  }

  /** Every value that came so far. */
  text(): string {
    return this.#records.map(({ value }) => value?.toString() ?? '').join('\n');
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
