import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { settledWithin } from '@signet/async';
import type { KafkaBatchServer } from './batch-server.ts';
import { silentLogger } from '../connection/client.ts';
import type { KafkaClientOptions, Logger } from '../connection/client.ts';
import type { BatchHandler } from '../record.ts';
import { ensureTopics, listTopics } from '../topics/topics.ts';

export interface PresentTopicsServerOptions {
  readonly client: KafkaClientOptions;
  /** The topics to be read. Those that do not exist are left out until they do. */
  readonly topics: readonly string[];
  /** Partitions of a topic that is made because it is missing at the start. */
  readonly partitions: number;
  readonly handler: BatchHandler;
  /** Makes a server without handlers; the server before it is closed by then. */
  readonly serverOf: () => KafkaBatchServer;
  /** Between two looks at which topics there are, milliseconds. */
  readonly checkMs?: number;
}

/** A topic counts as gone when so many looks in a row do not find it: a broker that has just started may not know all topics yet. */
const LOOKS_UNTIL_GONE = 2;
const STOP_DEADLINE_MS = 2_000;

/**
 * Reads topics of other systems, which may be made and deleted at any time. kafkajs subscribes to all topics or to none: a topic
 * that is missing, or that is deleted later, would stop the reading of all others. So topics that are missing at the start are
 * made, where Kafka allows it. Topics that are still missing are left out, and the consumer joins its group anew when the set of
 * existing topics changes.
 */
export class PresentTopicsServer extends Server implements CustomTransportStrategy {
  private readonly log: Logger;
  private server: KafkaBatchServer | undefined;
  private served: readonly string[] = [];
  /** The topics that existed at the last look. */
  private present: readonly string[] = [];
  private missing = '';
  private readonly missedLooks = new Map<string, number>();
  private hasLooked = false;
  private isClosing = false;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly options: PresentTopicsServerOptions) {
    super();
    this.log = options.client.logger ?? silentLogger;
    this.transportId = Symbol('signet.present-topics');
  }

  override on(): void {
    throw new Error('PresentTopicsServer has no events.');
  }

  override unwrap<T>(): T {
    return this.server as T;
  }

  /** Called by Nest. Reads in the background: a missing topic must not stop the service. */
  override listen(callback: (error?: unknown) => void): void {
    this.looking = this.makeMissing().then(() => this.look());
    void this.looking.then(() => callback());
  }

  /** Whether it reads all topics that exist. */
  isReady(): boolean {
    return this.hasLooked && !this.isClosing && (this.server?.isReady() ?? this.present.length === 0);
  }

  /** How many of the topics are not read at present. */
  unreadTopics(): number {
    return this.options.topics.length - this.served.length;
  }

  isAlive(): boolean {
    return this.server?.isAlive() ?? true;
  }

  override async close(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    await this.server?.close();
    // While Kafka is away, a look lasts as long as kafkajs tries to connect.
    await settledWithin(this.looking, STOP_DEADLINE_MS);
  }

  /** Only at the start: a topic that disappears later was deleted on purpose, perhaps to be made anew. */
  private async makeMissing(): Promise<void> {
    const { client, topics, partitions } = this.options;
    const make = async (name: string): Promise<void> => {
      try {
        await ensureTopics(client, [{ name, partitions, cleanup: 'delete' }]);
      } catch (error) {
        this.log.warn({ err: error, topic: name }, 'a topic to be read could not be made');
      }
    };
    await Promise.all(topics.map(make));
  }

  private async look(): Promise<void> {
    const { client, checkMs = 5_000 } = this.options;
    try {
      this.present = this.presentOf(new Set(await listTopics(client)));
      if (!this.hasLooked || this.present.join() !== this.served.join()) await this.serve(this.present);
      this.hasLooked = true;
    } catch (error) {
      this.log.warn({ err: error }, 'the topics to be read could not be read anew');
    }
    if (!this.isClosing) this.timer = setTimeout(() => (this.looking = this.look()), checkMs);
  }

  /** The topics to be read, in the order of the settings. */
  private presentOf(existing: ReadonlySet<string>): string[] {
    const { topics } = this.options;
    const missing = topics.filter((topic) => !existing.has(topic)).join(', ');
    if (missing !== this.missing && missing !== '')
      this.log.warn({ missing }, 'topics are not there; the others are read');
    this.missing = missing;
    return topics.filter((topic) => {
      const looks = existing.has(topic) ? 0 : (this.missedLooks.get(topic) ?? 0) + 1;
      this.missedLooks.set(topic, looks);
      return looks === 0 || (this.served.includes(topic) && looks < LOOKS_UNTIL_GONE);
    });
  }

  private async serve(topics: readonly string[]): Promise<void> {
    // If something fails from here on, the next look tries again.
    this.served = [];
    await this.server?.close();
    this.server = undefined;
    if (topics.length === 0 || this.isClosing) return;
    const server = this.options.serverOf();
    for (const topic of topics) server.addHandler(topic, this.options.handler as never, true);
    this.server = server;
    try {
      await server.start();
    } catch (error) {
      await server.close();
      this.server = undefined;
      throw error;
    }
    this.served = topics;
  }
}
