import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signingKey, verify } from '@signet/signature';
import { Refusal } from '../errors.ts';
import type { Forwarded, Incoming } from './forward.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The secret of the temporary webhook. It is known after the server listens, since the webhook needs the port. */
  readonly secret: () => string | undefined;
  readonly nowSeconds: () => number;
  /** Forwards a genuine request. */
  readonly onDelivery: (incoming: Incoming) => Promise<Forwarded>;
}

/** A message has at most 256 KiB of data unless an operator allows more; bytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Headers of the local response that Signet acts on. */
const PASSED_ON = ['content-type', 'retry-after'] as const;

/**
 * The HTTP server to which Signet delivers. It forwards only what the webhook's secret has signed: everyone who reaches the port could
 * otherwise reach the local receiver through it.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** @throws Refusal when the address cannot be listened on */
  static async start(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    const { host, port } = options;
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new Refusal(`signet cannot listen on ${host}:${port}: ${error.code ?? error.message}.`)),
      );
      // Brackets belong to a URL only.
      listener.#server.listen({ host: host.replace(/^\[(.+)\]$/, '$1'), port }, resolve);
    });
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends after the requests that are under way. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Signet keeps connections; a server that ends would wait for them.
    response.setHeader('connection', 'close');
    try {
      const body = await bodyOf(request);
      if (body === undefined) return answer(response, 413, 'The body is too large for signet listen.');
      if (!this.#isGenuine(request, body))
        return answer(response, 401, 'signet listen takes only requests that Signet has signed.');
      const forwarded = await this.#options.onDelivery({ headers: request.headers, body });
      if ('error' in forwarded) return answer(response, 502, `signet listen: ${forwarded.error}`);
      for (const name of PASSED_ON) {
        const value = forwarded.headers[name];
        if (value !== undefined) response.setHeader(name, value);
      }
      response.writeHead(forwarded.statusCode).end(forwarded.body);
    } catch {
      // Signet has hung up; it records the attempt as failed, and tries again.
      response.destroy();
    }
  }

  #isGenuine({ headers }: IncomingMessage, body: Buffer): boolean {
    const secret = this.#options.secret();
    if (secret === undefined) return false;
    const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
      headers[`webhook-${name}`]?.toString(),
    );
    const options = { keys: [signingKey(secret)], nowSeconds: this.#options.nowSeconds() };
    return verify({ id, timestamp, signature, body }, options).ok;
  }
}

const answer = (response: ServerResponse, status: number, sentence: string): void =>
  void response.writeHead(status, { 'content-type': 'text/plain' }).end(`${sentence}\n`);

/** The whole body; undefined: it is too large. Reads to the end in any case, or the sender would not see the answer. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}
