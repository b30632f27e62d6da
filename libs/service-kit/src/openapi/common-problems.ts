import type { OpenAPIObject } from '@nestjs/swagger';
import { ROLES } from '@signet/contracts';
import type { Role } from '@signet/contracts';
import { ROLES_EXTENSION, WHILE_SUSPENDED_EXTENSION } from '../auth/caller.ts';
import type { OpenApiOptions } from './openapi-options.ts';
import type { Operation, PossibleProblem } from './problem-responses.ts';
import { addProblems, headersOf } from './problem-responses.ts';

const CHALLENGE = { 'WWW-Authenticate': 'How to authenticate (RFC 6750).' };
const RETRY_AFTER = { 'Retry-After': 'Seconds to wait before the next try.' };

/** Headers of every answer to a known key (draft-ietf-httpapi-ratelimit-headers). */
const RATE_LIMIT = headersOf({
  RateLimit:
    'What remains of the rate limit of the API key: `"key";r=<remaining requests>;t=<seconds until all of it is available again>`.',
  'RateLimit-Policy': 'The rate limit of the API key: `"key";q=<requests>;w=<seconds>`.',
});

/** Problems of every route: each needs an API key, and has the limits of keys and addresses. */
const ALWAYS: readonly PossibleProblem[] = [
  { status: 400, code: 'malformed_request', detail: 'This is not an HTTP request.' },
  {
    status: 401,
    code: 'missing_api_key',
    detail: 'Send your API key as "Authorization: Bearer <key>".',
    headers: CHALLENGE,
  },
  { status: 401, code: 'unknown_api_key', detail: 'This API key is not known, or it was revoked.', headers: CHALLENGE },
  {
    status: 401,
    code: 'unknown_session',
    detail: 'This session is over: it was signed out, it has expired, or its API key was revoked. Sign in again.',
    headers: CHALLENGE,
  },
  {
    status: 403,
    code: 'role_not_allowed',
    detail: 'This needs a key of the role "operator"; yours is "tenant".',
  },
  {
    status: 429,
    code: 'rate_limited',
    detail: 'This API key sends more requests than its rate limit allows.',
    headers: RETRY_AFTER,
  },
  {
    status: 429,
    code: 'too_many_wrong_keys',
    detail: 'Too many wrong API keys came from this address.',
    headers: RETRY_AFTER,
  },
  { status: 500, code: 'internal_error', detail: 'Something went wrong on our side.' },
  {
    status: 503,
    code: 'unavailable',
    detail: 'The service cannot answer now. Try again later.',
    headers: RETRY_AFTER,
  },
];
const WITH_QUERY: readonly PossibleProblem[] = [
  { status: 400, code: 'invalid_query', detail: 'The query breaks a rule; see errors.' },
];
const WITH_BODY: readonly PossibleProblem[] = [
  { status: 413, code: 'body_too_large', detail: 'The body is larger than this route accepts.' },
  {
    status: 415,
    code: 'unsupported_encoding',
    detail: 'A compressed body is not accepted: send it without Content-Encoding.',
  },
];
const WITH_JSON: readonly PossibleProblem[] = [
  { status: 400, code: 'malformed_json', detail: 'The body is not JSON.' },
  { status: 400, code: 'repeated_field', detail: 'The body names a field twice; see errors.' },
  { status: 400, code: 'too_deep', detail: 'The body is nested deeper than 64 levels.' },
  {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'This route does not accept this content type; send JSON, as application/json.',
  },
  { status: 422, code: 'invalid_body', detail: 'The body breaks a rule; see errors.' },
];
const CHANGING: readonly PossibleProblem[] = [
  {
    status: 403,
    code: 'other_origin',
    detail: "A session's cookie allows changes only to pages of this address. A program sends an API key.",
  },
];
const CHANGING_FOR_TENANTS: readonly PossibleProblem[] = [
  {
    status: 403,
    code: 'tenant_suspended',
    detail: 'The tenant of this API key is suspended: the key can read, but not change anything.',
  },
];
const WITH_IF_MATCH: readonly PossibleProblem[] = [
  {
    status: 400,
    code: 'invalid_if_match',
    detail: 'If-Match must be * or a list of ETags of responses, such as "3" or "3", "4".',
  },
];
const WITH_IDEMPOTENCY_KEY: readonly PossibleProblem[] = [
  {
    status: 400,
    code: 'invalid_idempotency_key',
    detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters.',
  },
  { status: 409, code: 'idempotency_key_under_way', detail: 'A request with this Idempotency-Key is still running.' },
  {
    status: 409,
    code: 'idempotency_answer_lost',
    detail: 'The first request with this Idempotency-Key was carried out, but its response was lost.',
  },
  { status: 422, code: 'idempotency_key_reused', detail: 'This Idempotency-Key was already used for another request.' },
];

/**
 * Adds to each operation the problems that follow from its form: that it needs a key, has a query, or has a body. An operation
 * of `bodies` reads its body itself, and declares the problems of its body itself.
 */
export function describeCommonProblems(
  document: OpenAPIObject,
  { bodies }: Required<Pick<OpenApiOptions, 'bodies'>>,
  withIdempotencyKeys: boolean,
): void {
  for (const [template, path] of Object.entries(document.paths)) {
    for (const method of ['get', 'post', 'patch', 'put', 'delete'] as const) {
      const operation: Operation | undefined = path[method];
      if (!operation) continue;
      addProblems(operation, ALWAYS);
      const hasQuery = operation.parameters?.some((parameter) => 'in' in parameter && parameter.in === 'query');
      if (hasQuery) addProblems(operation, WITH_QUERY);
      const marks = takeMarks(operation);
      const isForTenants = marks.roles.some((role) => role !== 'operator');
      if (method !== 'get') addProblems(operation, CHANGING);
      if (method !== 'get' && isForTenants && !marks.isOpenWhileSuspended) addProblems(operation, CHANGING_FOR_TENANTS);
      if (method === 'post' || operation.requestBody) {
        const readsItself = Object.hasOwn(bodies, `${method.toUpperCase()} ${template}`);
        addProblems(operation, readsItself ? WITH_BODY : [...WITH_JSON, ...WITH_BODY]);
      }
      if (method === 'post' && withIdempotencyKeys) addProblems(operation, WITH_IDEMPOTENCY_KEY);
      if ('412' in operation.responses) addProblems(operation, WITH_IF_MATCH);
      describeRateLimits(operation);
    }
  }
}

interface Marks {
  readonly roles: readonly Role[];
  readonly isOpenWhileSuspended: boolean;
}

/** Reads the marks of Roles and WhileSuspended, and removes them: they are not for readers of the document. */
function takeMarks(operation: Operation): Marks {
  const marked = operation as Operation & {
    [ROLES_EXTENSION]?: readonly Role[];
    [WHILE_SUSPENDED_EXTENSION]?: boolean;
  };
  const marks = {
    roles: marked[ROLES_EXTENSION] ?? ROLES,
    isOpenWhileSuspended: marked[WHILE_SUSPENDED_EXTENSION] === true,
  };
  delete marked[ROLES_EXTENSION];
  delete marked[WHILE_SUSPENDED_EXTENSION];
  return marks;
}

function describeRateLimits({ responses }: Operation): void {
  for (const [status, response] of Object.entries(responses as Record<string, { headers?: object }>)) {
    if (status === '429' || status.startsWith('2')) response.headers = { ...response.headers, ...RATE_LIMIT };
  }
}
