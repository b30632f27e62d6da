import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly path: string;
  /** Names in lower case; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Milliseconds since the epoch, when the whole body was there. */
  readonly receivedAt: number;
}

export interface ReceiverAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Answers this much later. */
  readonly delayMs?: number;
  /** Never answers; the connection stays open until the sender or the test closes it. */
  readonly hang?: boolean;
}

export interface ReceiverOptions {
  /** Called for each request, in the order of arrival; `index` counts from 0. Without it each gets 200. */
  readonly respond?: (request: ReceivedRequest, index: number) => ReceiverAnswer | Promise<ReceiverAnswer>;
  /** Exactly this port of 127.0.0.1, to come back where one was before; without it any free one. */
  readonly port?: number;
}

/** A plain HTTP server on 127.0.0.1 that keeps every request it gets: the other end of a webhook. */
export class RecordingReceiver {
  readonly requests: ReceivedRequest[] = [];
  readonly port: number;
  readonly url: string;
  readonly #server: Server;
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(server: Server, options: ReceiverOptions) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
    server.on('request', (request, response) => void this.#receive(request, response, options.respond));
  }

  static async start(options: ReceiverOptions = {}): Promise<RecordingReceiver> {
    const server = createServer();
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
    // A test that failed before its close must not keep the process.
    server.unref();
    return new RecordingReceiver(server, options);
  }

  /** Closes every connection, also those that hang, and resolves when the port is free. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #receive(
    incoming: IncomingMessage,
    response: ServerResponse,
    respond: ReceiverOptions['respond'],
  ): Promise<void> {
    // A sender that hangs up in the middle has sent nothing that could be recorded.
    const body = await readAll(incoming).catch(() => undefined);
    if (body === undefined) return;
    const request = recorded(incoming, body);
    const index = this.requests.push(request) - 1;
    const answer = (await respond?.(request, index)) ?? {};
    if (answer.hang) return;
    const send = (): void => void response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
    if (answer.delayMs === undefined) return send();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      send();
    }, answer.delayMs);
    this.#timers.add(timer);
  }
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function recorded(incoming: IncomingMessage, body: Buffer): ReceivedRequest {
  const headers = Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]);
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body,
    receivedAt: Date.now(),
  };
}
