import type { FastifyReply } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from './problem.ts';
import type { Problem } from './problem.ts';

/** Answers with a problem; its `instance` is the request's id, which the log has too. */
export function sendProblem(reply: FastifyReply, problem: Problem, requestId: string): void {
  void reply
    .code(problem.getStatus())
    .headers({ ...problem.headers })
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problem.toDocument(`urn:uuid:${requestId}`)));
}
