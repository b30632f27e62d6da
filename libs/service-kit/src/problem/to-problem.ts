import { HttpException } from '@nestjs/common';
import { Problem } from './problem.ts';
import { isUnavailable } from './unavailable.ts';

interface Known {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

/** Errors of Fastify that the client has caused, by their code. */
const FASTIFY: Readonly<Record<string, Known>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'body_too_large',
    detail: 'The body is larger than this route accepts.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported_media_type',
    detail: 'This route does not accept this content type; send JSON, as application/json.',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400, code: 'malformed_json', detail: 'The body is not JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400, code: 'malformed_json', detail: 'The body is empty.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'invalid_content_length',
    detail: 'The body is not as long as its Content-Length says.',
  },
  FST_ERR_BAD_URL: { status: 400, code: 'malformed_url', detail: 'The URL cannot be decoded.' },
};

/** Codes for the HTTP exceptions of Nest and others, which have none of their own. */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  409: 'conflict',
  410: 'gone',
  412: 'precondition_failed',
  413: 'body_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  422: 'unprocessable',
  429: 'too_many_requests',
  501: 'not_implemented',
  503: 'unavailable',
};

/**
 * Turns any thrown value into the problem that the client sees. An unexpected error is a 500 without internal details; the
 * caller of this function logs the error itself.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const known = FASTIFY[fastifyCode(error) ?? ''];
  if (known) return new Problem(known.status, known.code, known.detail, { cause: error });
  const status = statusOf(error);
  if (status === undefined || status >= 500) return serverProblem(status, error);
  const detail = status === 404 ? 'There is nothing at this address.' : (error as Error).message;
  return new Problem(status, STATUSES[status] ?? 'bad_request', detail, { cause: error });
}

/** Short: PostgreSQL or Kafka is usually back within seconds; otherwise an operator is needed. */
const RETRY_AFTER_SECONDS = '1';

function serverProblem(status: number | undefined, cause: unknown): Problem {
  if (status === 503 || isUnavailable(cause)) {
    const headers = { 'retry-after': RETRY_AFTER_SECONDS };
    return new Problem(503, 'unavailable', 'The service cannot answer now. Try again later.', { headers, cause });
  }
  return new Problem(500, 'internal_error', 'Something went wrong on our side.', { cause });
}

/** Nest's adapter wraps Fastify's errors and keeps the original as the cause. */
function fastifyCode(error: unknown): string | undefined {
  for (const candidate of [error, (error as { cause?: unknown } | undefined)?.cause]) {
    const code = (candidate as { code?: unknown } | null | undefined)?.code;
    if (typeof code === 'string' && code.startsWith('FST_')) return code;
  }
  return undefined;
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  return error instanceof Error && typeof status === 'number' && status >= 400 && status <= 599 ? status : undefined;
}
