import { ID_IN_BODY, idInBody } from './id-in-body.ts';

/** What the receiver needs to know of a request; its body is counted and thrown away, except where the message's id is in it. */
export interface ParsedRequest {
  readonly method: string;
  readonly target: string;
  /** `webhook-id`; empty when there is none. */
  readonly webhookId: string;
  /** Whether it carries a signature of Standard Webhooks. It is not verified: that would cost the machine under test. */
  readonly isSigned: boolean;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LONGEST_HEAD = 64 * 1024;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding:/i;
const WEBHOOK_ID = /\r\nwebhook-id: *([^\r]*)/i;
const SIGNATURE = /\r\nwebhook-signature: *v1,/i;

/**
 * HTTP/1.1 requests out of the bytes of one connection: keep-alive, pipelining, bodies with a content-length (RFC 9112).
 * Nothing else: the receiver shares the cores with what it measures, and a request costs it about 20 µs of CPU so, against
 * 26 µs with node:http (measured with limit.ts; the rest is the kernel).
 */
export class RequestParser {
  readonly #onRequest: (request: ParsedRequest) => void;
  #pending: Buffer | undefined;
  #request: ParsedRequest | undefined;
  #bodyLeft = 0;
  /** Its pieces, where it is read. */
  #body: Buffer[] | undefined;

  /** `onRequest` is called when the last byte of a request's body has come. */
  constructor(onRequest: (request: ParsedRequest) => void) {
    this.#onRequest = onRequest;
  }

  /** Takes the next bytes. Throws where it does not understand them; the connection cannot be used after that. */
  feed(chunk: Buffer): void {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = undefined;
    let at = 0;
    while (at < bytes.length) {
      if (this.#request === undefined) {
        const end = bytes.indexOf(END_OF_HEAD, at);
        if (end === -1) {
          if (bytes.length - at > LONGEST_HEAD) throw new Error('The head of the request does not end.');
          this.#pending = at === 0 ? bytes : bytes.subarray(at);
          return;
        }
        this.#startRequest(bytes.toString('latin1', at, end));
        at = end + END_OF_HEAD.length;
      }
      const skipped = Math.min(this.#bodyLeft, bytes.length - at);
      this.#body?.push(bytes.subarray(at, at + skipped));
      at += skipped;
      this.#bodyLeft -= skipped;
      if (this.#bodyLeft === 0) this.#endRequest();
    }
  }

  #startRequest(head: string): void {
    if (CHUNKED.test(head)) throw new Error('A body without a content-length is not understood.');
    const [method = '', target = ''] = head.slice(0, head.indexOf('\r\n')).split(' ');
    this.#body = target.startsWith(ID_IN_BODY) ? [] : undefined;
    this.#bodyLeft = Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0);
    this.#request = { method, target, webhookId: WEBHOOK_ID.exec(head)?.[1] ?? '', isSigned: SIGNATURE.test(head) };
  }

  #endRequest(): void {
    const request = this.#request;
    this.#request = undefined;
    if (request === undefined) return;
    if (this.#body === undefined) return this.#onRequest(request);
    const webhookId = idInBody(Buffer.concat(this.#body));
    this.#body = undefined;
    // The sender's signature may be in any header. The id says that it is one of our messages.
    this.#onRequest({ ...request, webhookId, isSigned: webhookId !== '' });
  }
}
