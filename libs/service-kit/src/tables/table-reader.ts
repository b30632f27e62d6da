import type { Clock, GenerationRecord } from '@signet/contracts';
import { generationKey, generationOf, generationRecord, isAboutTopic, TABLE_PARTITION } from '@signet/contracts';
import { CompactedTopic } from '@signet/kafka';
import type { KafkaClientOptions, KafkaRecord } from '@signet/kafka';
import type { Logger } from '../logging/logger.ts';
import { untilReachable } from '../service/start/until-reachable.ts';
import { TablePass } from './table-pass.policy.ts';

export interface TableReaderOptions {
  readonly client: KafkaClientOptions;
  readonly topic: string;
  /** Only generation records of this installation count. */
  readonly installation: string;
  /**
   * Takes one entry of the table; null removes it. `supersedes`: the entry is of a later generation than the known one, and counts
   * whatever its version, since the database may have been restored to an earlier time. Its errors are counted and logged.
   */
  readonly apply: (key: string, value: Buffer | null, supersedes: boolean) => void;
  readonly onUnreadable: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps a table of the registry in memory, from its topic. The table is complete when a whole generation has been read. When a
 * later generation appears, the topic is read again from its beginning; meanwhile the entries of the earlier generation stay, so
 * that the table is never empty.
 *
 * It never creates the topic; if the topic does not exist, it waits for it.
 */
export class TableReader {
  private readonly stopping = new AbortController();
  private topic: CompactedTopic | undefined;
  /** Undefined while the topic is only followed. */
  private pass: TablePass | undefined;
  /** The generation of each entry. */
  private readonly generations = new Map<string, number>();
  private completed: number | undefined;
  private heard: GenerationRecord | undefined;
  private markComplete!: () => void;
  private readonly complete = new Promise<void>((resolve) => (this.markComplete = resolve));

  constructor(private readonly options: TableReaderOptions) {}

  /** Begins to read, in the background. */
  start(): void {
    this.readFromBeginning();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.forget();
  }

  get size(): number {
    return this.generations.size;
  }

  /** The last generation that was read completely. */
  get generation(): number | undefined {
    return this.completed;
  }

  /** Whether a generation has been read completely. Once true, it stays true. */
  isReady(): boolean {
    return this.completed !== undefined;
  }

  whenComplete(): Promise<void> {
    return this.complete;
  }

  /** Milliseconds since the registry wrote its last heartbeat; undefined if none has been read. */
  heartbeatAgeMs(): number | undefined {
    return this.heard && Math.max(0, this.options.clock().getTime() - Date.parse(this.heard.at));
  }

  private readFromBeginning(): void {
    const pass = new TablePass();
    this.pass = pass;
    const { topic, logger } = this.options;
    const { signal } = this.stopping;
    // Not awaited: this call may come from the handling of a batch of the same consumer, whose end `forget` waits for.
    void this.forget();
    untilReachable(`The topic ${topic}`, () => this.open(), { logger, signal }).catch((error: unknown) => {
      if (!signal.aborted) logger.error({ topic, err: error }, 'the table cannot be read');
    });
  }

  /** Closes the present consumer; records that it still hands over are ignored. */
  private async forget(): Promise<void> {
    const former = this.topic;
    this.topic = undefined;
    await former?.close().catch(() => undefined);
  }

  private async open(): Promise<void> {
    const { client, topic: name, logger } = this.options;
    await this.forget();
    this.stopping.signal.throwIfAborted();
    const topic = new CompactedTopic({
      client,
      topic: name,
      partition: TABLE_PARTITION,
      logger,
      onRecord: (key, value, record) => {
        if (this.topic === topic) this.take(key, value, record);
      },
      onBatch: () => {
        if (this.topic === topic && topic.isReady()) this.finishPass(topic.beginOf(TABLE_PARTITION));
      },
    });
    this.topic = topic;
    await topic.start();
  }

  private take(key: string, value: Buffer | null, { headers }: KafkaRecord): void {
    if (key === generationKey(this.options.installation)) return this.takeMark(value);
    if (isAboutTopic(key)) return;
    const written = generationOf(headers);
    const { completed = -1, pass } = this;
    const generation = pass ? pass.take(key, value === null, written) : (written ?? completed);
    if (generation < completed) return;
    // A pass from the beginning repeats known records of the complete generation. Records of a later generation count at once.
    if (pass && written === completed) return;
    this.apply(key, value, generation);
    this.noteGeneration(generation);
  }

  private takeMark(value: Buffer | null): void {
    const mark = value && generationRecord.safeParse(parsed(value));
    if (!mark?.success) return;
    this.pass?.takeMark(mark.data);
    if (mark.data.at > (this.heard?.at ?? '')) this.heard = mark.data;
    this.noteGeneration(mark.data.generation);
  }

  /** When a later generation appears, the topic may have been made anew, and the reader may have missed its beginning: so it reads again. */
  private noteGeneration(generation: number): void {
    if (this.pass !== undefined || this.completed === undefined || generation <= this.completed) return;
    this.options.logger.info({ topic: this.options.topic, generation }, 'a new generation of the table is read');
    this.readFromBeginning();
  }

  private apply(key: string, value: Buffer | null, generation: number): void {
    const known = this.generations.get(key) ?? this.completed ?? 0;
    if (generation < known) return;
    if (value === null) this.generations.delete(key);
    else this.generations.set(key, generation);
    try {
      this.options.apply(key, value, generation > known);
    } catch (error) {
      // After a record that cannot be read, the service must still take the records that follow.
      this.options.onUnreadable();
      const { topic, logger } = this.options;
      logger.error({ topic, recordKey: key, err: error }, 'a record cannot be read; it is passed over');
    }
  }

  private finishPass(begin: bigint): void {
    const { pass } = this;
    const generation = pass?.completeGeneration(begin);
    if (pass === undefined || generation === undefined) return;
    for (const key of [...this.generations.keys()]) if (!pass.has(key, generation)) this.apply(key, null, generation);
    this.pass = undefined;
    this.completed = generation;
    const { topic, logger } = this.options;
    logger.info({ topic, generation, entries: this.size }, 'the table is complete');
    this.markComplete();
  }
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}
