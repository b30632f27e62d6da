import { settledWithin } from '@signet/async';

/** Looks for Kafka until it is reachable and belongs to this installation. @throws StartRefusedError when Kafka refuses our settings */
export type FindKafka = (signal: AbortSignal) => Promise<void>;

type Work = () => Promise<unknown> | void;

/**
 * Whether the Kafka of this installation has been found since the start. Before that, the service sends nothing to it and joins no
 * group. Once it is found, it counts as there for ever: if Kafka goes away later, each client waits for it by itself.
 */
export class KafkaPresence {
  #isThere = false;
  #wasThereAtStart = false;
  #failure: { readonly error: unknown } | undefined;
  #onFailed: ((error: unknown) => void) | undefined;
  readonly #stopping = new AbortController();
  readonly #works: Work[] = [];

  private constructor() {}

  /** For a service that needs no Kafka, or has found it already. */
  static there(): KafkaPresence {
    const presence = new KafkaPresence();
    presence.#isThere = presence.#wasThereAtStart = true;
    return presence;
  }

  /**
   * Looks for Kafka. Resolves when it is there, or after `headStartMs` without it; then the search goes on in the background.
   *
   * @throws StartRefusedError when Kafka refuses the settings within that time
   */
  static async look(find: FindKafka, headStartMs: number, signal?: AbortSignal): Promise<KafkaPresence> {
    const presence = new KafkaPresence();
    const stop = (): void => presence.stop();
    signal?.addEventListener('abort', stop, { once: true });
    await settledWithin(presence.#find(find), headStartMs);
    signal?.removeEventListener('abort', stop);
    signal?.throwIfAborted();
    if (presence.#failure) throw presence.#failure.error;
    presence.#wasThereAtStart = presence.#isThere;
    return presence;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** False if the service has started without Kafka, also when Kafka has come since. */
  get wasThereAtStart(): boolean {
    return this.#wasThereAtStart;
  }

  /** Does the work as soon as Kafka is there; never, if the service stops before that. */
  whenThere(work: Work): void {
    if (this.#isThere) this.#do(work);
    else this.#works.push(work);
  }

  /** Calls `tell` when the service must not go on: Kafka has come, but refuses the settings; or work that waited for it has failed. */
  onFailed(tell: (error: unknown) => void): void {
    this.#onFailed = tell;
    if (this.#failure) tell(this.#failure.error);
  }

  /** Ends the search. */
  stop(): void {
    this.#stopping.abort();
  }

  async #find(find: FindKafka): Promise<void> {
    try {
      await find(this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      this.#isThere = true;
      for (const work of this.#works.splice(0)) this.#do(work);
    } catch (error) {
      this.#failed(error);
    }
  }

  #do(work: Work): void {
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#failure ??= { error };
    this.#onFailed?.(error);
  }
}
