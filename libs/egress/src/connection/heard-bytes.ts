/** Enough for the largest head that is taken (16 KiB) and the beginning of a body. */
const MAX_HEARD_BYTES = 32 * 1024;

/**
 * The first bytes of the response under way, as they came. undici's parser gives nothing away of a response that it
 * refuses, so they are what tells whether the receiver has said yes. Chunks are kept, not copied, and only until the
 * parser has accepted the head.
 */
export class HeardBytes {
  #chunks: Buffer[] = [];
  #length = 0;
  #isListening = false;

  /** A request is about to be written: what came before it is no answer to it. */
  start(): void {
    this.#isListening = true;
    this.#chunks.length = 0;
    this.#length = 0;
  }

  /** The parser has accepted the head, or the request is over. */
  stop(): void {
    this.#isListening = false;
    this.#chunks.length = 0;
  }

  hear(chunk: Buffer): void {
    if (!this.#isListening || this.#length >= MAX_HEARD_BYTES) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(0, MAX_HEARD_BYTES);
  }
}
