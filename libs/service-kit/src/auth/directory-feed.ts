import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import type { Registry } from 'prom-client';
import type { HealthRegistry } from '../health/health.registry.ts';
import type { Logger } from '../logging/logger.ts';
import { watchTable } from '../tables/table-metrics.ts';
import { TableReader } from '../tables/table-reader.ts';

/** A directory that takes the records of a table. */
export interface Directory {
  /** @param supersedes the record is of a later generation than the known one of this key, and counts whatever its version */
  apply(key: string, value: Buffer | null, supersedes: boolean): void;
  /** Called when a whole generation has been applied. */
  markComplete?(): void;
}

export interface DirectoryFeedOptions {
  /** Name in readiness and in metrics, such as `api-keys`. */
  readonly name: string;
  readonly topic: string;
  readonly directory: Directory;
  readonly kafka: KafkaClientOptions;
  readonly installation: string;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps a directory up to date from the topic of its table, from the start of the application to its end. The application
 * starts without waiting, but is ready only when the table is complete.
 */
export class DirectoryFeed implements OnModuleInit, OnApplicationShutdown {
  private readonly reader: TableReader;

  constructor(private readonly options: DirectoryFeedOptions) {
    const { topic, name, directory, kafka, installation, clock, health, metrics } = options;
    this.reader = new TableReader({
      client: kafka,
      topic,
      installation,
      clock,
      logger: options.logger.child({ directory: name }),
      apply: (key, value, supersedes) => directory.apply(key, value, supersedes),
      onUnreadable: () => onUnreadable(),
    });
    const onUnreadable = watchTable(metrics, name, () => this.heartbeatAgeMs());
    health.addReadiness(name, () => this.reader.isReady() || `${topic} has not been read to its end yet`);
  }

  onModuleInit(): void {
    this.reader.start();
    void this.reader.whenComplete().then(() => this.options.directory.markComplete?.());
  }

  onApplicationShutdown(): Promise<void> {
    return this.reader.close();
  }

  /** Milliseconds since the registry wrote its last heartbeat on this topic; undefined: none has been read. */
  heartbeatAgeMs(): number | undefined {
    return this.reader.heartbeatAgeMs();
  }
}
