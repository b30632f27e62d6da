const EMPTY = Buffer.alloc(0);

/** The first bytes of a body. The network's buffers are far larger and would stay in memory, so `bytes` copies. */
export class ResponseBody {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  truncated = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes as much of a chunk as there is room for; false if the chunk had more. */
  add(chunk: Buffer): boolean {
    const room = this.#limit - this.#length;
    const kept = chunk.length <= room ? chunk : chunk.subarray(0, room);
    if (kept.length > 0) this.#chunks.push(kept);
    this.#length += kept.length;
    this.truncated = kept !== chunk;
    return !this.truncated;
  }

  bytes(): Buffer {
    return this.#length === 0 ? EMPTY : Buffer.concat(this.#chunks, this.#length);
  }
}
