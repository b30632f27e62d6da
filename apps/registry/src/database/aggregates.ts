import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import type { AnyFold, Decider, EventLike, Projection } from '@signet/event-store';
import { handle, handleBatch, PostgresEventStore } from '@signet/event-store';
import { sql } from 'kysely';
import { isPassing } from './passing-error.policy.ts';
import type { Kind } from './streams.ts';
import { streamOf } from './streams.ts';
import { tables } from './tables.ts';

export interface Asking {
  /** Who asks: kept with every event. */
  readonly actor: string;
  /** Refuses with a VersionConflictError unless the stream is at this version. */
  readonly expectedVersion?: number | undefined;
  /** A rule that spans aggregates, checked in the same transaction before the decision; throws where it is broken. */
  readonly rule?: ((em: EntityManager) => Promise<void>) | undefined;
}

/**
 * Takes `name` until the end of the transaction; everybody else who wants it waits. Names are hashed to 64 bits: two
 * that meet wait for each other without need, and that is all.
 */
export const lock = (em: EntityManager, name: string): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tables(em));

/** What goes with every change. */
export interface AroundCommit {
  /** Called in the transaction, before the decision. */
  readonly inTransaction: (em: EntityManager) => Promise<void>;
  /** Told at once, after each commit that appended something. */
  readonly appended: (kind: Kind, events: readonly EventLike[]) => void;
  /** Awaited by who asks one aggregate: resolves when the other services can know of the stream's version, or gives up. */
  readonly published: (stream: { streamId: string; version: number }) => Promise<unknown>;
}

/** What became of one of many: the events, none where there was nothing to do, or why it could not be asked. */
export type Asked<Event> = { readonly events: readonly Event[] } | { readonly error: unknown };

/** Asks something of an aggregate: loads it, decides, appends and projects, in one transaction. */
export class Aggregates {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly projections: readonly Projection[],
    private readonly folds: readonly AnyFold[],
    private readonly around: AroundCommit,
  ) {}

  /**
   * The lock on the stream makes fifty writers of one webhook wait their turn rather than collide, decide again and
   * collide again; the version of the stream still is what keeps them apart. Resolves when Kafka has what it led to, so
   * that a caller who is answered may count on it.
   */
  async ask<State, Command, Event extends EventLike>(
    kind: Kind,
    id: string,
    decider: Decider<State, Command, Event>,
    command: Command,
    { actor, expectedVersion, rule }: Asking,
  ): Promise<{ events: readonly Event[]; version: number }> {
    const streamId = streamOf(kind, id);
    const { events, version } = await this.em.fork().transactional(async (em) => {
      await lock(em, streamId);
      await rule?.(em);
      await this.around.inTransaction(em);
      const store = this.storeIn(em);
      return handle(store, decider, streamId, command, { actor, expectedVersion });
    });
    this.appended(kind, events);
    // Also where nothing was to do: who asked before may still be waiting for the same.
    await this.around.published({ streamId, version });
    return { events, version };
  }

  /** Asks many aggregates something each, in one transaction: all of them or none. */
  async askMany<State, Command, Event extends EventLike>(
    kind: Kind,
    decider: Decider<State, Command, Event>,
    asked: readonly (readonly [id: string, command: Command])[],
    { actor }: Pick<Asking, 'actor'>,
  ): Promise<void> {
    const entries = asked.map(([id, command]) => ({ streamId: streamOf(kind, id), commands: [command] }));
    const handled = await handleBatch(this.storeIn(this.em), decider, entries, { actor });
    this.appended(
      kind,
      [...handled.values()].flatMap((one) => one.events),
    );
  }

  /**
   * Asks many aggregates something each, in the transaction of `em`. One that cannot be asked (a rule is broken, or its stream
   * is damaged) is passed over: all are then asked by themselves, each in a savepoint. Who commits the transaction calls
   * `appended` afterwards.
   *
   * @throws an error that passes by itself (a lock, a conflict, a lost connection): it says nothing about an aggregate
   */
  async askEach<State, Command, Event extends EventLike>(
    em: EntityManager,
    kind: Kind,
    decider: Decider<State, Command, Event>,
    asked: readonly (readonly [id: string, command: Command])[],
    { actor }: Pick<Asking, 'actor'>,
  ): Promise<Map<string, Asked<Event>>> {
    const store = this.storeIn(em);
    const ask = async (some: typeof asked): Promise<Map<string, Asked<Event>>> => {
      const entries = some.map(([id, command]) => ({ streamId: streamOf(kind, id), commands: [command] }));
      const handled = await handleBatch(store, decider, entries, { actor });
      return new Map(some.map(([id]) => [id, { events: handled.get(streamOf(kind, id))?.events ?? [] }]));
    };
    const orThrow = (error: unknown): { readonly error: unknown } => {
      if (isPassing(error)) throw error;
      return { error };
    };
    const together = await ask(asked).catch(orThrow);
    if (!('error' in together)) return together;
    const each = new Map<string, Asked<Event>>();
    for (const one of asked) {
      const [id] = one;
      each.set(id, await ask([one]).then((alone) => alone.get(id) ?? { events: [] }, orThrow));
    }
    return each;
  }

  /** Tells of what `askEach` appended, when its transaction is committed. */
  appended(kind: Kind, events: readonly EventLike[]): void {
    if (events.length > 0) this.around.appended(kind, events);
  }

  /** The store, within the transaction that the entity manager is in, if it is in one. */
  storeIn(em: EntityManager): PostgresEventStore {
    const { clock, projections, folds } = this;
    return new PostgresEventStore({ em, clock, projections, folds });
  }
}
