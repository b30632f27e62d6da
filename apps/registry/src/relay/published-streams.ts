/** A place in a stream that has been published. */
export interface PublishedVersion {
  readonly streamId: string;
  readonly version: number;
}

interface Waiting {
  readonly version: number;
  readonly tell: () => void;
}

/** Signals the waiting callers of this process that the relay, if it runs here, has published a stream up to a version. */
export class PublishedStreams {
  readonly #waiting = new Map<string, Set<Waiting>>();

  /** To be called when Kafka has acknowledged these. */
  tell(published: readonly PublishedVersion[]): void {
    if (this.#waiting.size === 0) return;
    for (const { streamId, version } of published) {
      for (const waiting of this.#waiting.get(streamId) ?? []) if (waiting.version <= version) waiting.tell();
    }
  }

  /**
   * A signal that is aborted when `tell` gets the stream with at least this version. `forget` must be called when the
   * caller stops waiting.
   */
  watch(streamId: string, version: number): { readonly told: AbortSignal; readonly forget: () => void } {
    const controller = new AbortController();
    const waiting = { version, tell: () => controller.abort() };
    const ofStream = this.#waiting.get(streamId) ?? new Set();
    this.#waiting.set(streamId, ofStream.add(waiting));
    const forget = (): void => {
      ofStream.delete(waiting);
      if (ofStream.size === 0) this.#waiting.delete(streamId);
    };
    return { told: controller.signal, forget };
  }
}
