import { Catch, Inject } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ReplayedAnswer, sendReplay } from '../idempotency/replayed-answer.ts';
import { LOGGER } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { spanOf } from '../tracing/http-spans.ts';
import { traceFields } from '../tracing/trace-ids.ts';
import { sendProblem } from './send-problem.ts';
import { toProblem } from './to-problem.ts';

/** Answers every error of an HTTP request as problem+json, and logs those with status 500 and above, which are our faults. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    // An error of a Kafka handler belongs to its transport, which knows whether the record is tried again.
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error instanceof ReplayedAnswer) {
      sendReplay(reply, error.answer);
      return;
    }
    const problem = toProblem(error);
    if (problem.getStatus() >= 500) {
      const { id: requestId, method, routeOptions, caller } = request;
      const trace = traceFields(spanOf(request).traceparent);
      const about = { requestId, method, route: routeOptions?.url, tenantId: caller?.tenantId ?? undefined, ...trace };
      this.logger.error({ err: error, ...about }, 'a request failed');
    }
    if (!reply.sent) sendProblem(reply, problem, request.id);
  }
}
