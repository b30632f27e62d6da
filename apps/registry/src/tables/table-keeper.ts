import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import type { RelayRole } from '@signet/event-store';
import { PollLoop } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import type { UntilPublished } from '../relay/until-published.ts';
import { republishAll } from '../republish/republish-all.ts';
import { Republication } from '../republish/snapshots-requested.ts';
import { nextGeneration, reasonForNewGeneration } from './generation.policy.ts';
import type { SeenTables, StoredTables } from './generation.policy.ts';
import type { StoredTablesStore } from './stored-tables.ts';
import type { TableTopics } from './table-topics.ts';

/** How often the keeper checks whether this replica publishes and whether a heartbeat is due; milliseconds. */
const LOOK_MS = 200;
/** Pause after a failure; then a generation that could not be finished is started again. Milliseconds. */
const FAILURE_PAUSE_MS = 1_000;

export interface TableKeeperOptions {
  readonly em: EntityManager;
  readonly topics: TableTopics;
  readonly store: StoredTablesStore;
  readonly until: Pick<UntilPublished, 'published'>;
  /** Only the replica that publishes the log keeps the tables. */
  readonly role: () => RelayRole;
  readonly clock: Clock;
  /** Time between two heartbeats, milliseconds. */
  readonly heartbeatMs: number;
  readonly logger: Logger;
}

/**
 * Keeps the tables on Kafka equal to the database, as long as this replica publishes the log. At each heartbeat it
 * checks whether a topic was lost, emptied or created again, or the database was restored. If so, it publishes
 * everything once more as a new generation.
 */
export class TableKeeper {
  private readonly loop: PollLoop;
  private readonly stopping = new AbortController();
  /** Whether this replica has checked everything since it last began to publish. */
  private isTrusted = false;
  private nextAt = 0;

  constructor(private readonly options: TableKeeperOptions) {
    const { logger } = options;
    this.loop = new PollLoop(
      () => this.round(),
      LOOK_MS,
      (error) => {
        this.isTrusted = false;
        this.nextAt = performance.now() + FAILURE_PAUSE_MS;
        logger.warn({ err: error }, 'the tables on Kafka could not be looked at; they are looked at again');
      },
    );
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop.stop();
  }

  /**
   * To be called when the relay has stopped. From the stored position the next publishing replica sees that nothing was
   * published since.
   */
  async settle(): Promise<void> {
    if (!this.isTrusted) return;
    await this.options.store.settle().catch((error: unknown) => {
      this.options.logger.warn({ err: error }, 'the next replica publishes the tables once more');
    });
  }

  private async round(): Promise<boolean> {
    if (!this.isPublishing()) {
      this.isTrusted = false;
      this.nextAt = 0;
      return false;
    }
    if (performance.now() < this.nextAt) return false;
    this.nextAt = performance.now() + this.options.heartbeatMs;
    const { store } = this.options;
    const stored = await store.read();
    const seen = await this.look(stored);
    const reason = reasonForNewGeneration(stored, seen);
    if (reason !== undefined) await this.renew(reason, stored, seen);
    else if (stored !== undefined) await this.writeHeartbeat(stored.generation, seen.topics);
    return false;
  }

  private isPublishing(): boolean {
    return !this.stopping.signal.aborted && this.options.role() === 'publishing';
  }

  private async look(stored: StoredTables | undefined): Promise<SeenTables> {
    const { topics, store } = this.options;
    const [server, relayPosition, bounds] = await Promise.all([store.server(), store.relayPosition(), topics.bounds()]);
    const marks = this.isTrusted
      ? undefined
      : await topics.marksFrom(bounds, stored?.places ?? {}, this.stopping.signal);
    return { server, relayPosition, topics: bounds, marks };
  }

  /**
   * Publishes everything as a new generation, and then its first heartbeat. It stops halfway if this replica no
   * longer publishes.
   */
  private async renew(reason: string, stored: StoredTables | undefined, { marks }: SeenTables): Promise<void> {
    const { em, topics, store, clock, logger } = this.options;
    const known = [stored?.generation ?? 0, ...[...(marks?.values() ?? [])].map((mark) => mark?.generation ?? 0)];
    const generation = nextGeneration(clock().getTime(), known);
    if (known.some((before) => before > 0))
      logger.warn({ generation, reason }, `the tables are published once more: ${reason}`);
    else logger.info({ generation }, 'the first generation of the tables is published');
    await topics.prepare(this.stopping.signal);
    // Read before the first record is published: so the heartbeat notices records that are lost while the generation
    // is being published.
    const before = await topics.bounds();
    await store.begin(generation);
    const republication = new Republication(clock, 'registry');
    const aggregates = await republishAll(em.fork(), republication);
    const { last } = republication;
    if (last !== undefined) {
      while (!(await this.options.until.published(last))) if (!this.isPublishing()) return;
    }
    logger.info({ generation, aggregates }, 'the new generation of the tables is on Kafka');
    await this.writeHeartbeat(generation, before);
  }

  /** @param known the topics' bounds when they held everything of this generation, or before it was published */
  private async writeHeartbeat(generation: number, known: SeenTables['topics']): Promise<void> {
    const { topics, store, clock } = this.options;
    const heartbeat = await store.nextHeartbeat();
    const [server, relayPosition] = await Promise.all([store.server(), store.relayPosition()]);
    const places = await topics.write({ generation, beat: heartbeat, at: clock().toISOString() }, known);
    await store.confirm({ generation, server, relayPosition, places });
    this.isTrusted = true;
  }
}
