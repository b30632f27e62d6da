/** Looks for Kafka until it is there and belongs to this installation. @throws StartRefusedError when it refuses what the settings say */
export type FindKafka = (signal: AbortSignal) => Promise<void>;

type Work = () => Promise<unknown> | void;

/**
 * Whether Kafka has been found since the start, and found to be the one of this installation. Before that, nothing is sent to it
 * and no group is joined. Once it has been found it stays so: a Kafka that goes away later is waited for by each client.
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
   * Looks for Kafka. Resolves when it is there, or after `headStartMs` without it: it is looked for on in the background.
   *
   * @throws StartRefusedError when Kafka refuses, within that time, what the settings say
   */
  static async look(find: FindKafka, headStartMs: number, signal?: AbortSignal): Promise<KafkaPresence> {
    const presence = new KafkaPresence();
    const stop = (): void => presence.stop();
    signal?.addEventListener('abort', stop, { once: true });
    await within(presence.#find(find), headStartMs);
    signal?.removeEventListener('abort', stop);
    signal?.throwIfAborted();
    if (presence.#failure) throw presence.#failure.error;
    presence.#wasThereAtStart = presence.#isThere;
    return presence;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** False where the service has started without it, also when it has come since. */
  get wasThereAtStart(): boolean {
    return this.#wasThereAtStart;
  }

  /** Does this as soon as Kafka is there; never, when the service stops before that. */
  whenThere(work: Work): void {
    if (this.#isThere) this.#do(work);
    else this.#works.push(work);
  }

  /** The service must not go on: Kafka has come, and refuses what the settings say; or work that waited for it failed. */
  onFailed(tell: (error: unknown) => void): void {
    this.#onFailed = tell;
    if (this.#failure) tell(this.#failure.error);
  }

  /** Looks no longer. */
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

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, passed]).finally(() => clearTimeout(timer));
}
