import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { nowMicros } from '../clock.ts';
import { Arrivals } from './arrivals.ts';
import { behaviourOf } from './behaviour.ts';
import { answerControl, CONTROL } from './control.ts';
import type { ParsedRequest } from './request-parser.ts';
import { RequestParser } from './request-parser.ts';

const NO_CONTENT = Buffer.from('HTTP/1.1 204 No Content\r\n\r\n');
const FAILURE = Buffer.from('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n');
const NOT_FOUND = Buffer.from('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');

/** A receiver of webhooks that costs next to nothing and remembers what came. Listens on the loopback only. */
export class ReceiverServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #arrivals = new Map<string, Arrivals>();

  constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  /** Resolves to the port. */
  async listen(port = 0): Promise<number> {
    this.#server.listen(port, '127.0.0.1', 1_024);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const parser = new RequestParser((request) => this.#answer(request, socket));
    socket.on('data', (chunk: Buffer) => {
      try {
        parser.feed(chunk);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.once('close', () => this.#sockets.delete(socket));
    // A sender that was killed resets its connections; 'close' follows.
    socket.on('error', () => undefined);
  }

  #answer(request: ParsedRequest, socket: Socket): void {
    if (request.target.startsWith(CONTROL)) {
      const answer = answerControl(this.#arrivals, request.method, request.target);
      socket.write(answer === undefined ? NOT_FOUND : json(answer));
      return;
    }
    const behaviour = behaviourOf(request.target);
    if (behaviour === undefined) {
      socket.write(NOT_FOUND);
      return;
    }
    this.#arrivalsAt(request.target).add(request.webhookId, request.isSigned, nowMicros());
    switch (behaviour.kind) {
      case 'ok':
        socket.write(NO_CONTENT);
        return;
      case 'fail':
        socket.write(FAILURE);
        return;
      case 'slow':
        setTimeout(() => socket.writable && socket.write(NO_CONTENT), behaviour.delayMs);
        return;
      case 'hang':
        return;
    }
  }

  #arrivalsAt(path: string): Arrivals {
    let arrivals = this.#arrivals.get(path);
    if (arrivals === undefined) this.#arrivals.set(path, (arrivals = new Arrivals()));
    return arrivals;
  }
}

function json(value: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(value));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}
