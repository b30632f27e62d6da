import { Inject, Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { problem } from '../problem/problem.ts';
import { idempotentRequest, parseIdempotencyKey } from './idempotency-key.ts';
import { IDEMPOTENCY_STORE } from './idempotency-store.ts';
import type { Begun, IdempotencyClaim, IdempotencyStore } from './idempotency-store.ts';
import { ReplayedAnswer } from './replayed-answer.ts';

/**
 * Carries out a POST with an `Idempotency-Key` only once for each API key, method and path, and answers its repetitions
 * with the first answer. It is an APP_INTERCEPTOR of a service that provides IDEMPOTENCY_STORE and calls `keepAnswers`.
 * It runs after the guards, so that a request that is not allowed does not use up its key.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(@Inject(IDEMPOTENCY_STORE) private readonly store: IdempotencyStore) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { method, url: path, body, caller } = request;
    if (method !== 'POST' || caller === undefined) return next.handle();
    const key = parseIdempotencyKey(request.headers['idempotency-key']);
    if (key === undefined) return next.handle();
    const keyed = idempotentRequest({ callerKeyId: caller.keyId, method, path, key, body });
    const claim = claimOf(await this.store.begin(keyed));
    request.idempotencyClaim = claim;
    return claim.run(() => next.handle());
  }
}

function claimOf(begun: Begun): IdempotencyClaim {
  switch (begun.kind) {
    case 'begun':
      return begun.claim;
    case 'answered':
      throw new ReplayedAnswer(begun.answer);
    case 'under_way': {
      const detail = 'A request with this Idempotency-Key is being carried out. Ask again in a moment.';
      throw problem(409, 'idempotency_key_under_way', detail, { headers: { 'retry-after': '1' } });
    }
    case 'reused': {
      const detail = 'This Idempotency-Key was used with another body. A request that differs needs a key of its own.';
      throw problem(422, 'idempotency_key_reused', detail);
    }
    case 'answer_lost': {
      const detail =
        'The request with this Idempotency-Key was carried out, but its answer was lost. Look what is there.';
      throw problem(409, 'idempotency_answer_lost', detail);
    }
  }
}
