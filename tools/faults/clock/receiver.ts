import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { nowMicros } from '../../bench/clock.ts';
import type { ArrivalColumns } from '../../bench/receiver/arrivals.ts';
import { grouped } from './posts.policy.ts';
import type { Post } from './posts.policy.ts';

/** Attempts of each delivery to `/flaky/…` that are answered with 503. */
const FAILS_FIRST = 2;
/** A receiver allows so many seconds between the time of a signature and its own clock. */
const TOLERANCE_SECONDS = 300;

export interface PostAnswer {
  readonly status: number;
  /** How long the receiver takes for it, milliseconds. */
  readonly afterMs?: number;
}

const failsFirst = (path: string, attempt: number): PostAnswer => ({
  status: path.startsWith('/flaky/') && attempt <= FAILS_FIRST ? 503 : 200,
});

/** Keeps every POST with its times; the benchmark's own receiver keeps sums. */
export class PostReceiver {
  readonly posts: Post[] = [];
  /** POSTs whose `webhook-timestamp` a receiver would refuse. */
  refusable = 0;
  readonly #server: Server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const { status, afterMs = 0 } = this.#take(request);
      if (afterMs === 0) response.writeHead(status).end();
      else void delay(afterMs).then(() => response.writeHead(status).end());
    });
  });
  readonly #answerTo: (path: string, attempt: number) => PostAnswer;

  /** @param answerTo what an attempt, counted from 1, is answered */
  constructor(answerTo = failsFirst) {
    this.#answerTo = answerTo;
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** What arrived well at a path, as the ledger of the benchmark reads it. */
  arrivals(path: string): ArrivalColumns {
    const good = this.posts.filter((post) => post.path === path && post.status === 200);
    const byId = [...grouped(good, ({ eventId }) => eventId)];
    return {
      ids: byId.map(([id]) => id),
      first: byId.map(([, posts]) => posts[0]?.answeredAt ?? 0),
      last: byId.map(([, posts]) => posts.at(-1)?.answeredAt ?? 0),
      requests: byId.map(([, posts]) => posts.length),
    };
  }

  #take({ url: path = '', headers }: IncomingMessage): PostAnswer {
    const text = (name: string): string => String(headers[name] ?? '');
    const [pid = 0, begunAt = 0] = text('x-sender').split('/').map(Number);
    const attempt = Number(text('signet-attempt'));
    const answer = this.#answerTo(path, attempt);
    if (Math.abs(Date.now() / 1_000 - Number(text('webhook-timestamp'))) > TOLERANCE_SECONDS) this.refusable += 1;
    const { status, afterMs = 0 } = answer;
    const answeredAt = nowMicros() + afterMs * 1_000;
    this.posts.push({ path, eventId: text('webhook-id'), attempt, status, pid, begunAt, answeredAt });
    return answer;
  }
}
