/** Enough for the largest accepted head (16 KiB) and the beginning of a body. */
const MAX_HEARD_BYTES = 32 * 1024;

/**
 * The first bytes of the response under way, as they came. If undici's parser refuses a response, it does not pass any of it on; from
 * these bytes we can still read the status that the receiver has sent. Chunks are kept without a copy, and only until the parser
 * has accepted the head.
 */
export class HeardBytes {
  #chunks: Buffer[] = [];
  #length = 0;
  #isListening = false;

  /** To be called before a request is written: bytes that came before it are no answer to it. */
  start(): void {
    this.#isListening = true;
    this.#chunks.length = 0;
    this.#length = 0;
  }

  /** To be called when the parser has accepted the head, or when the request is over. */
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
