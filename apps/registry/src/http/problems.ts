import type { FieldError } from '@signet/service-kit';
import { etag, problem } from '@signet/service-kit';
import type { RuleBroken } from './rule-broken.ts';

/** 422 with everything that is wrong. */
export const invalid = (errors: readonly FieldError[]) =>
  problem(422, 'invalid_body', 'The body breaks a rule; see errors.', { errors });

/** 400 with everything that is wrong with a query. */
export const invalidQuery = (errors: readonly FieldError[]) =>
  problem(400, 'invalid_query', 'The query breaks a rule; see errors.', { errors });

/** 412: somebody changed it since the caller looked. The tag of the present version says what to look at again. */
export const staleVersion = (present: number) =>
  problem(412, 'stale_version', 'It was changed since you read it: read it again.', {
    headers: { etag: etag(present) },
  });

const STATUS = { not_found: 404, conflict: 409, invalid: 422 } as const;

/** A broken rule of the domain, as HTTP says it. */
export function problemOf({ kind, code, message, field }: RuleBroken) {
  const errors = field === undefined ? {} : { errors: [{ field, rule: code, detail: message }] };
  return problem(STATUS[kind], code, message, errors);
}
