import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { problem } from '../problem/problem.ts';
import { sendProblem } from '../problem/send-problem.ts';

/**
 * | phase | a request | its connection |
 * |---|---|---|
 * | serving | is answered | is kept |
 * | closing | is answered | ends with the answer |
 * | refusing | gets 503 with Retry-After | ends with the answer |
 */
export type DrainPhase = 'serving' | 'closing' | 'refusing';

/** How long answers close their connections before requests are refused, milliseconds; never longer than the pause. */
const CLOSING_MS = 1_000;
/** Short: a client that is refused reaches another replica at once, or this one's successor soon. */
const RETRY_AFTER_SECONDS = '1';
/** The time between two looks for idle connections, milliseconds. */
const IDLE_CHECK_MS = 50;

/** Stops the HTTP server without cutting off a request: each one is answered, the last ones with 503 and Retry-After. */
export class Drain {
  private phase: DrainPhase = 'serving';
  private underWay = 0;

  constructor(private readonly server: FastifyInstance) {
    server.addHook('onRequest', (request, reply, done) => {
      if (this.phase === 'refusing') return sendProblem(reply, stopping(), request.id);
      this.underWay += 1;
      // `close` comes once, whether the answer was sent or the client went away.
      reply.raw.once('close', () => (this.underWay -= 1));
      done();
    });
    server.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.phase !== 'serving') void reply.header('connection', 'close');
      done();
    });
  }

  /**
   * Resolves when every request that was taken is answered. The server listens until then, so a client that does not know yet
   * that this replica stops still gets an answer.
   *
   * @param pauseMs how long the server goes on as before, so that load balancers can notice the stop
   * @param onClosing called after the pause, to stop the other parts of the service
   */
  async end(pauseMs: number, onClosing: () => Promise<unknown>): Promise<void> {
    await wait(pauseMs);
    const others = onClosing();
    this.phase = 'closing';
    await wait(Math.min(pauseMs, CLOSING_MS));
    this.phase = 'refusing';
    while (this.underWay > 0) await wait(IDLE_CHECK_MS);
    await Promise.all([others, this.close()]);
  }

  /**
   * Node.js keeps a connection open for the next request, and would wait for its keep-alive time to run out. So this closes idle
   * connections again and again, until all are closed.
   */
  private async close(): Promise<void> {
    const hangUp = setInterval(() => this.server.server.closeIdleConnections(), IDLE_CHECK_MS);
    try {
      await this.server.close();
    } finally {
      clearInterval(hangUp);
    }
  }
}

const stopping = () =>
  problem(503, 'unavailable', 'This replica stops; another one answers.', {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
  });
