import type { FieldError } from '@signet/service-kit';
import { etag, problem } from '@signet/service-kit';
import type { RuleBroken } from './rule-broken.ts';

/** 422 with all errors of a body. */
export const invalid = (errors: readonly FieldError[]) =>
  problem(422, 'invalid_body', 'The body breaks a rule; see errors.', { errors });

/** 400 with all errors of a query. */
export const invalidQuery = (errors: readonly FieldError[]) =>
  problem(400, 'invalid_query', 'The query breaks a rule; see errors.', { errors });

/**
 * 412: the resource has changed since the caller read it. The answer has the ETag of the present version:
 * the caller reads that version, and decides anew.
 */
export const staleVersion = (present: number) =>
  problem(412, 'stale_version', 'It was changed since you read it: read it again.', {
    headers: { etag: etag(present) },
  });

const STATUS = { not_found: 404, conflict: 409, invalid: 422 } as const;

/** The HTTP problem for a broken rule of the domain. */
export function problemOf({ kind, code, message, field }: RuleBroken) {
  const errors = field === undefined ? {} : { errors: [{ field, rule: code, detail: message }] };
  return problem(STATUS[kind], code, message, errors);
}
