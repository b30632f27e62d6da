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

/** Clients that keep a connection busy hear within this time that it ends, milliseconds. It is never more than the pause. */
const CLOSING_MS = 1_000;
/** Whoever is refused finds another replica at once, or this one's successor soon. */
const RETRY_AFTER_SECONDS = '1';
/** Between two looks for connections that are at rest, milliseconds. */
const IDLE_CHECK_MS = 50;

/** Ends HTTP so that no request is cut off: each one is answered, the last ones with 503 and Retry-After. */
export class Drain {
  private phase: DrainPhase = 'serving';
  private underWay = 0;

  constructor(private readonly server: FastifyInstance) {
    server.addHook('onRequest', (request, reply, done) => {
      if (this.phase === 'refusing') return sendProblem(reply, stopping(), request.id);
      this.underWay += 1;
      // It closes once, whether the answer was sent or its client went away.
      reply.raw.once('close', () => (this.underWay -= 1));
      done();
    });
    server.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.phase !== 'serving') void reply.header('connection', 'close');
      done();
    });
  }

  /**
   * Resolves when every request that was taken is answered. The server listens until then: whoever has not heard yet that
   * this replica stops gets an answer all the same.
   *
   * @param pauseMs how long everything goes on as before, until those who send requests here have heard of the stop
   * @param onClosing what else may begin to stop once the pause is over
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
   * Node keeps a connection open for the next request and would wait for its keep-alive to run out; those that have just been
   * answered end within a moment.
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
