import { setTimeout as delay } from 'node:timers/promises';
import { HttpProducer } from '../../bench/load/http-producer.ts';
import type { KafkaConnection } from '../../bench/load/kafka-producer.ts';
import type { ArrivalColumns } from '../../bench/receiver/arrivals.ts';
import { addUp, reconcile } from '../../bench/measure/ledger.ts';
import type { Ledger } from '../../bench/measure/ledger.ts';
import { Outgoing } from '../../bench/load/outgoing.ts';
import type { Producer } from '../../bench/load/outgoing.ts';
import type { SaleMaker } from '../../bench/load/sale.ts';
import type { Replica } from '../services/replica.ts';
import type { Tenant } from './tenant.ts';

/** What a tenant sends, and where it goes. */
export interface Traffic {
  readonly tenant: Tenant;
  readonly paths: readonly string[];
  /** Between two rounds, milliseconds. */
  readonly everyMs: number;
  /** Messages by each way in a round. */
  readonly batch: number;
}

export interface LoadOptions {
  readonly traffics: readonly Traffic[];
  readonly sales: SaleMaker;
  readonly kafka: KafkaConnection;
  /** The replicas of ingestion that run now; called again in each round. */
  readonly ingestions: () => readonly Replica[];
  readonly arrivalsAt: (path: string) => ArrivalColumns;
}

/** `kafka` or the version of the ingestion that took them. */
type Way = string;

/** Messages to every running ingestion and to the source topic, again and again. */
export class Load {
  readonly #options: LoadOptions;
  readonly #outgoing: ReadonlyMap<Traffic, Outgoing>;
  readonly #producers = new Map<Replica, { readonly traffic: Traffic; readonly producer: HttpProducer }[]>();
  readonly #ending = new AbortController();
  readonly #running: Promise<unknown>;
  readonly #acceptedBy = new Map<Way, number>();

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#outgoing = new Map(options.traffics.map((traffic) => [traffic, new Outgoing()]));
    this.#running = Promise.all(options.traffics.map((traffic) => this.#run(traffic)));
  }

  /** Messages so far, by the way that they went. */
  get acceptedBy(): ReadonlyMap<Way, number> {
    return this.#acceptedBy;
  }

  get ledger(): Ledger {
    return addUp(
      [...this.#outgoing].map(([{ paths }, { messages }]) => {
        const arrivals = new Map(paths.map((path) => [path, this.#options.arrivalsAt(path)]));
        return reconcile(messages, paths, arrivals).ledger;
      }),
    );
  }

  /** The `webhook-id` of every message that was accepted. */
  get acceptedIds(): readonly string[] {
    const all = [...this.#outgoing.values()].flatMap(({ messages }) => messages);
    return all.filter(({ acceptedAt }) => acceptedAt !== undefined).map(({ id }) => id);
  }

  /** Why the first refused message was refused; undefined: none was. */
  get firstError(): string | undefined {
    return [...this.#outgoing.values()].find(({ firstError }) => firstError !== undefined)?.firstError;
  }

  /** Stops sending to this replica. Resolves when it has answered every request. */
  async letGo(replica: Replica): Promise<void> {
    const producers = this.#producers.get(replica) ?? [];
    this.#producers.delete(replica);
    await Promise.all(producers.map(({ producer }) => producer.close()));
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await Promise.all([...this.#producers.keys()].map((replica) => this.letGo(replica)));
  }

  async #run(traffic: Traffic): Promise<void> {
    const { kafka, ingestions, sales } = this.#options;
    const { signal } = this.#ending;
    const outgoing = this.#outgoing.get(traffic)!;
    const send = async (way: Way, producer: Producer): Promise<void> => {
      const before = outgoing.accepted;
      const batch = Array.from({ length: traffic.batch }, () => sales.make());
      await outgoing.send(producer, batch);
      if (outgoing.accepted > before) this.#acceptedBy.set(way, (this.#acceptedBy.get(way) ?? 0) + batch.length);
    };
    while (!signal.aborted) {
      const ways = ingestions().map((replica) => send(replica.version, this.#producerFor(replica, traffic)));
      await Promise.all([...ways, send('kafka', kafka.producerFor(traffic.tenant.id))]);
      await delay(traffic.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #producerFor(replica: Replica, traffic: Traffic): HttpProducer {
    const known = this.#producers.get(replica) ?? [];
    const found = known.find((one) => one.traffic === traffic);
    if (found) return found.producer;
    const { id: tenantId, producerKey } = traffic.tenant;
    const producer = new HttpProducer({ url: replica.url, connections: 2, tenantId, producerKey });
    this.#producers.set(replica, [...known, { traffic, producer }]);
    return producer;
  }
}
