import { RecordProducer } from '@signet/kafka';
import type { OutgoingRecord } from '@signet/kafka';
import { kafkaClientAt } from '../../dev/servers/given-connections.ts';
import type { LocalFile } from '../../dev/data-folder/local-file.ts';
import type { Producer } from './outgoing.ts';
import type { Sale } from './sale.ts';
import { binary, SOURCE_TOPIC } from './sale.ts';

/** An internal service that writes to its own topic, shop.sale, with acknowledgement by all replicas. */
export class KafkaConnection {
  readonly #producer: RecordProducer;

  private constructor(producer: RecordProducer) {
    this.#producer = producer;
  }

  static async open({ kafkaBrokers, prefix }: Pick<LocalFile, 'kafkaBrokers' | 'prefix'>): Promise<KafkaConnection> {
    const client = { ...kafkaClientAt(kafkaBrokers, 'signet-bench'), prefix };
    const producer = new RecordProducer({ client, name: 'bench' });
    await producer.connect();
    return new KafkaConnection(producer);
  }

  producerFor(tenantId: string): Producer {
    return {
      send: (sales: readonly Sale[]) =>
        this.#producer.publishAll(
          SOURCE_TOPIC,
          sales.map((sale) => binary(sale, tenantId)),
        ),
    };
  }

  /** Records of any topic. */
  publish = (topic: string, records: readonly OutgoingRecord[]): Promise<void> =>
    this.#producer.publishAll(topic, records);

  close = (): Promise<void> => this.#producer.close();
}
