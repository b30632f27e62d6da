import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { installationOfKey } from '@signet/contracts';
import { CompactedTopic } from '@signet/kafka';
import type { KafkaClientOptions } from '@signet/kafka';
import type { HealthRegistry } from '../health/health.registry.ts';
import type { Logger } from '../logging/logger.ts';
import { untilReachable } from '../service/until-reachable.ts';

/** What takes the records of a compacted topic. */
export interface Directory {
  readonly size: number;
  apply(key: string, value: Buffer | null): void;
  /** Everything that lay on the topic at the start has been applied. */
  markComplete?(): void;
}

export interface DirectoryFeedOptions {
  /** Name in readiness and in logs, such as `api-keys`. */
  readonly name: string;
  readonly topic: string;
  readonly directory: Directory;
  readonly kafka: KafkaClientOptions;
  readonly health: HealthRegistry;
  readonly logger: Logger;
}

/**
 * Keeps a directory as a compacted topic says, from the start of the application to its end. The application starts
 * without waiting; it is ready only when everything that lay on the topic has been read.
 */
export class DirectoryFeed implements OnModuleInit, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private topic: CompactedTopic | undefined;

  constructor(private readonly options: DirectoryFeedOptions) {
    const { topic, name, health } = options;
    health.addReadiness(name, () => this.topic?.isReady() || `${topic} has not been read to its end yet`);
  }

  onModuleInit(): void {
    const { name, directory, logger } = this.options;
    const { signal } = this.stopping;
    untilReachable(`The topic of ${name}`, () => this.readToTheEnd(), { logger, signal }).then(
      () => {
        logger.info({ directory: name, entries: directory.size }, 'the directory has been read');
        directory.markComplete?.();
      },
      (error: unknown) => {
        if (!signal.aborted) logger.error({ directory: name, err: error }, 'the directory cannot be read');
      },
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.topic?.close();
  }

  /** Follows the topic from its beginning; a try that failed is begun anew, which repeats records but harms nothing. */
  private async readToTheEnd(): Promise<void> {
    await this.topic?.close();
    const { kafka, topic, name, logger } = this.options;
    this.topic = new CompactedTopic({
      client: kafka,
      topic,
      logger: logger.child({ directory: name }),
      onRecord: (key, value) => this.apply(key, value),
    });
    await this.topic.start();
  }

  /** One record that cannot be read must not blind the service to all that follow. */
  private apply(key: string, value: Buffer | null): void {
    if (installationOfKey(key) !== undefined) return;
    try {
      this.options.directory.apply(key, value);
    } catch (error) {
      const { name, logger } = this.options;
      logger.error({ directory: name, recordKey: key, err: error }, 'a record cannot be read; it is passed over');
    }
  }
}
