import type { FastifyReply } from 'fastify';
import type { StoredAnswer } from './idempotency-store.ts';

/** Thrown in place of a handler's result, since Nest would answer a result with the status of the route. */
export class ReplayedAnswer extends Error {
  constructor(readonly answer: StoredAnswer) {
    super('This request was answered before.');
    this.name = 'ReplayedAnswer';
  }
}

/** The answer as it went out the first time, and a header that says so. */
export function sendReplay(reply: FastifyReply, { status, headers, body }: StoredAnswer): void {
  void reply
    .code(status)
    .headers({ ...headers })
    .header('idempotent-replayed', 'true')
    .send(body);
}
