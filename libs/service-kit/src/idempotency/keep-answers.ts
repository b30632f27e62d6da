import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logging/logger.ts';
import { spanOf } from '../tracing/http-spans.ts';
import { traceFields } from '../tracing/trace-ids.ts';
import type { IdempotencyClaim, StoredAnswer } from './idempotency-store.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by IdempotencyInterceptor for a request that is carried out under an Idempotency-Key. */
    idempotencyClaim?: IdempotencyClaim;
  }
}

/** Headers that a repeated answer has, too; all others belong to one response or to the connection. */
const KEPT_HEADERS = ['content-type', 'etag', 'location'] as const;

/**
 * Stores the answer to each request that has a claim, before it is sent. For `configureFastify` of a service with
 * IdempotencyInterceptor. Answers with 500 and above are not stored: the caller should try again.
 */
export function keepAnswers(fastify: FastifyInstance, logger: Logger): void {
  fastify.decorateRequest('idempotencyClaim', undefined);
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (request.idempotencyClaim === undefined) {
      done();
      return;
    }
    // The answer is sent even if it could not be stored: the request has been carried out.
    settle(request.idempotencyClaim, request, reply, payload)
      .catch((error: unknown) =>
        logger.error(
          { err: error, requestId: request.id, ...traceFields(spanOf(request).traceparent) },
          'an answer could not be kept',
        ),
      )
      .finally(() => done());
  });
}

async function settle(
  claim: IdempotencyClaim,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<void> {
  // If a later hook fails, `onSend` runs once more: then the claim must not be settled again.
  delete request.idempotencyClaim;
  await (reply.statusCode < 500 ? claim.answered(answerOf(reply, payload)) : claim.failed());
}

function answerOf(reply: FastifyReply, payload: unknown): StoredAnswer {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = reply.getHeader(name);
    if (value !== undefined) headers[name] = String(value);
  }
  const body = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.toString('utf8') : '';
  return { status: reply.statusCode, headers, body };
}
