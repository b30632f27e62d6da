import type { FastifyReply } from 'fastify';
import type { StoredAnswer } from './idempotency-store.ts';

/** Thrown, and not returned like a handler's result, since Nest would answer a result with the status of the route. */
export class ReplayedAnswer extends Error {
  constructor(readonly answer: StoredAnswer) {
    super('This request was answered before.');
    this.name = 'ReplayedAnswer';
  }
}

/** Sends the answer as it was sent the first time, with a header that says that it is a repetition. */
export function sendReplay(reply: FastifyReply, { status, headers, body }: StoredAnswer): void {
  void reply
    .code(status)
    .headers({ ...headers })
    .header('idempotent-replayed', 'true')
    .send(body);
}
