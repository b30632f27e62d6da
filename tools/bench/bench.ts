import type { Api } from '../dev/demo/api.ts';
import type { LocalFile } from '../dev/data-folder/local-file.ts';
import type { GrowthOrder } from './growth/growth-order.ts';
import type { KafkaConnection } from './load/kafka-producer.ts';
import type { CpuMeter } from './measure/cpu.ts';
import type { StorageUsed } from './measure/storage.ts';
import type { ReceiverClient } from './receiver-client.ts';
import type { SaleMaker } from './load/sale.ts';
import type { Observe } from './observe/observer.ts';

/** What every scenario works with. */
export interface Bench {
  /** Reads local.json again: a service that was started again has another process id. */
  readonly local: () => LocalFile;
  readonly operator: Api;
  readonly receiver: ReceiverClient;
  readonly kafka: KafkaConnection;
  readonly cpu: CpuMeter;
  readonly sales: SaleMaker;
  /** Where messages are posted: the public address, or ingestion itself. */
  readonly eventsUrl: string;
  /** The number of messages, where the caller named one. */
  readonly messages: number | undefined;
  /** How many deliveries are recorded, where the caller said so. */
  readonly deliveries: number | undefined;
  /** Where the caller asked for it: what PostgreSQL and Kafka have written. */
  readonly storage: (() => Promise<StorageUsed>) | undefined;
  /** To be called before the measured part of a scenario, with its name; what it returns, at the end of that part. */
  readonly observe: Observe;
  /** What the scenario `growth` lets grow. */
  readonly growth: GrowthOrder | undefined;
  /** When nothing has arrived for so long, the messages that have not come count as missing. */
  readonly patienceMs: number;
}
