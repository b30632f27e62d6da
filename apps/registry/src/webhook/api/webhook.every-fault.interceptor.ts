import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { FieldError } from '@signet/service-kit';
import { Problem } from '@signet/service-kit';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { catchError, throwError } from 'rxjs';
import { z } from 'zod';
import { invalid } from '../../http/problems.ts';
import type { Judged } from '../domain/webhook.rules.ts';
import { Webhooks } from '../webhook.service.ts';

/** The shapes that the fields of the rules must have before the rules can judge them. */
const JUDGED = {
  url: z.string().min(1),
  events: z.array(z.string()),
  headers: z.record(z.string(), z.string()),
  secret: z.string().max(512),
  legacySignatureHeader: z.string(),
  clientCertificate: z.object({ certificate: z.string(), key: z.string() }),
} satisfies Record<keyof Judged, z.ZodType>;

/** Fields that callers try to change with PATCH, and the route that changes them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  secret: 'A secret is exchanged at POST /v1/webhooks/{id}/secret/rotate.',
  isActive: 'A webhook is switched at POST /v1/webhooks/{id}/enable and …/disable.',
};

/**
 * A body whose shape is wrong is refused before the rules are applied. This interceptor also applies the rules, to
 * the fields whose shape is right, so that a caller gets all errors at once.
 */
@Injectable()
export class EveryFaultInterceptor implements NestInterceptor {
  constructor(@Inject(Webhooks) private readonly webhooks: Webhooks) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    return next.handle().pipe(catchError((error: unknown) => throwError(() => this.completed(error, body))));
  }

  private completed(error: unknown, body: unknown): unknown {
    if (!(error instanceof Problem) || error.code !== 'invalid_body' || error.errors === undefined) return error;
    const { errors } = error;
    const named = new Set(errors.map(({ field }) => field.split('.')[0]));
    const rest = Object.entries(judgedIn(body)).filter(([field]) => !named.has(field));
    return invalid([...errors.map(withHint), ...this.webhooks.faultsOf(Object.fromEntries(rest))]);
  }
}

function judgedIn(body: unknown): Judged {
  const fields = Object.entries(JUDGED).map(([field, schema]) => {
    const given = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : undefined;
    return [field, schema.safeParse(given).data] as const;
  });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Judged;
}

const withHint = (error: FieldError): FieldError =>
  error.rule === 'unknown_field' && ELSEWHERE[error.field] !== undefined
    ? { ...error, detail: `${error.detail} ${ELSEWHERE[error.field]}` }
    : error;
