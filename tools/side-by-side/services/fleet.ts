import type { ServiceName } from '../../dev/gateway/gateway-routes.ts';
import type { BuiltVersion } from './earlier-version.ts';
import { Replica } from './replica.ts';
import type { ReplicaOptions } from './replica.ts';

export type Settings = Readonly<Record<string, string>>;

export interface FleetOptions extends Pick<ReplicaOptions, 'logFolder' | 'signal'> {
  /** Of all services of all versions. */
  readonly settings: Settings;
  /** Resolves when no producer sends to the replica any more: a load balancer, too, takes a replica out before it is stopped. */
  readonly beforeLeaving: (replica: Replica) => Promise<void>;
}

/** The replicas that run, of both versions. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #running: Replica[] = [];
  /** The version of every process that there was. */
  readonly versions = new Map<number, string>();
  /** A sentence for each replica that ended by itself or with an error. */
  readonly wrongEnds: string[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  of(service: ServiceName, version?: string): readonly Replica[] {
    return this.#running.filter((one) => one.service === service && one.version === (version ?? one.version));
  }

  /** Resolves when it is ready. */
  async join(service: ServiceName, version: BuiltVersion, settings: Settings = {}): Promise<Replica> {
    const replica = await Replica.start(this.#optionsOf(service, version, settings));
    this.#running.push(replica);
    this.versions.set(replica.pid, replica.version);
    return replica;
  }

  /** A start that must be refused. @returns its exit code and what it said */
  refusal = (service: ServiceName, version: BuiltVersion, settings: Settings) =>
    Replica.refused(this.#optionsOf(service, version, settings));

  /** Resolves when all of these have ended in order. */
  async leave(replicas: readonly Replica[]): Promise<void> {
    for (const replica of replicas) {
      this.#noteEnd(replica);
      this.#running.splice(this.#running.indexOf(replica), 1);
      await this.#options.beforeLeaving(replica);
      await replica.stop();
      this.#noteEnd(replica);
    }
  }

  /** Replaces each replica: first a new one becomes ready, then the old one ends. */
  async roll(service: ServiceName, version: BuiltVersion, settings: Settings): Promise<void> {
    for (const replica of [...this.of(service, version.version)]) {
      await this.join(service, version, settings);
      await this.leave([replica]);
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((replica) => replica.stop()));
  }

  /** @returns a sentence for each replica that has ended by itself */
  get dead(): readonly string[] {
    return this.#running.flatMap(({ wrongEnd }) => wrongEnd ?? []);
  }

  #optionsOf(service: ServiceName, version: BuiltVersion, settings: Settings): ReplicaOptions {
    const { logFolder, signal, settings: ofAll } = this.#options;
    return { service, version, settings: { ...ofAll, ...settings }, logFolder, signal };
  }

  #noteEnd({ wrongEnd }: Replica): void {
    if (wrongEnd !== undefined) this.wrongEnds.push(wrongEnd);
  }
}
