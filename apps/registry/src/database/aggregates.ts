import type { EntityManager } from '@mikro-orm/postgresql';
import { ServiceUnavailableException } from '@nestjs/common';
import { KeyedMutex } from '@signet/async';
import type { Clock } from '@signet/contracts';
import type { AnyFold, Decider, EventLike, Projection } from '@signet/event-store';
import { handle, handleBatch, PostgresEventStore } from '@signet/event-store';
import { sql } from 'kysely';
import { Republication } from '../republish/snapshots-requested.ts';
import { isPassing } from './passing-error.policy.ts';
import type { Kind } from './streams.ts';
import { streamOf } from './streams.ts';
import { tables } from './tables.ts';

export interface Asking {
  /** The caller: stored with every event. */
  readonly actor: string;
  /** Refuses with a VersionConflictError unless the stream is at this version. */
  readonly expectedVersion?: number | undefined;
  /** A rule that spans aggregates, checked in the same transaction before the decision; throws where the rule is broken. */
  readonly rule?: ((em: EntityManager) => Promise<void>) | undefined;
}

/**
 * Locks `name` until the end of the transaction; other transactions that lock the same name wait. Names are hashed to
 * 64 bits: if two names have the same hash, their transactions wait for each other without need, which does no other
 * harm.
 */
export const lock = (em: EntityManager, name: string): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tables(em));

/** The steps that happen around every change. */
export interface AroundCommit {
  /** Called in the transaction, before the decision. */
  readonly inTransaction: (em: EntityManager) => Promise<void>;
  /** Called at once, after each commit that appended something. */
  readonly appended: (kind: Kind, events: readonly EventLike[]) => void;
  /**
   * Awaited before the answer to a command on one aggregate: resolves when the other services can know the stream's
   * version, or when the wait has taken too long.
   */
  readonly published: (stream: { streamId: string; version: number }) => Promise<unknown>;
}

/** How long a change waits for earlier changes of the same aggregate on this replica, milliseconds. A caller rarely waits longer for its answer. */
const TURN_MS = 30_000;

/** The result for one of many aggregates: its events (none where nothing changed), or the error. */
export type Asked<Event> = { readonly events: readonly Event[] } | { readonly error: unknown };

/** Executes a command on an aggregate: loads it, decides, appends and projects, in one transaction. */
export class Aggregates {
  readonly #turns = new KeyedMutex(TURN_MS, () => new ServiceUnavailableException());

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly projections: readonly Projection[],
    private readonly folds: readonly AnyFold[],
    private readonly around: AroundCommit,
  ) {}

  /**
   * Changes of one webhook wait for each other: those of this replica before they take a connection, those of different replicas at the
   * lock on the stream. Without the lock they would get version conflicts and decide again and again. The expected version of the
   * stream is still what guarantees correctness.
   * Resolves when Kafka has the resulting records, so that a caller can rely on them after the answer.
   */
  async ask<State, Command, Event extends EventLike>(
    kind: Kind,
    id: string,
    decider: Decider<State, Command, Event>,
    command: Command,
    { actor, expectedVersion, rule }: Asking,
  ): Promise<{ events: readonly Event[]; version: number }> {
    const streamId = streamOf(kind, id);
    const change = async (em: EntityManager) => {
      await lock(em, streamId);
      await rule?.(em);
      await this.around.inTransaction(em);
      return handle(this.storeIn(em), decider, streamId, command, { actor, expectedVersion });
    };
    const { events, version } = await this.#turns.run(streamId, () => this.em.fork().transactional(change));
    this.appended(kind, events);
    // Also where this command changed nothing: an earlier command that made the same change may not be published yet.
    await this.around.published({ streamId, version });
    return { events, version };
  }

  /**
   * Changes rows that are published with an aggregate and are not in its stream, such as the sessions of an API key, and publishes the
   * present state of the aggregate once more. Changes of one aggregate wait for each other. Resolves like `ask`.
   */
  async changeBeside(
    kind: Kind,
    id: string,
    { actor, change }: { readonly actor: string; readonly change: (em: EntityManager) => Promise<void> },
  ): Promise<void> {
    const streamId = streamOf(kind, id);
    const republication = new Republication(this.clock, actor);
    const changed = async (em: EntityManager): Promise<void> => {
      await lock(em, streamId);
      await this.around.inTransaction(em);
      await change(em);
      await republication.request(em, kind, [id]);
    };
    await this.#turns.run(streamId, () => this.em.fork().transactional(changed));
    this.around.appended(kind, []);
    if (republication.last) await this.around.published(republication.last);
  }

  /** Executes one command on each of many aggregates, in one transaction: all of them or none. */
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
   * Executes one command on each of many aggregates, in the transaction of `em`. If one of them fails (a rule is
   * broken, or its stream is damaged), each is executed again alone, in a savepoint, and only the failing ones are
   * left out. The caller commits the transaction and must call `appended` afterwards.
   *
   * @throws an error that passes by itself (a lock, a conflict, a lost connection): it says nothing about an
   *   aggregate
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

  /** Reports the events that `askEach` appended. To be called when its transaction is committed. */
  appended(kind: Kind, events: readonly EventLike[]): void {
    if (events.length > 0) this.around.appended(kind, events);
  }

  /** The event store, within the transaction of `em` if there is one. */
  storeIn(em: EntityManager): PostgresEventStore {
    const { clock, projections, folds } = this;
    return new PostgresEventStore({ em, clock, projections, folds });
  }
}
