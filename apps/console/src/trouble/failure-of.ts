import type { Attempt } from '../api/model.ts';
import type { Failure } from './advice.policy.ts';

/** The facts of a failed attempt that the advice depends on; undefined for one that succeeded. */
export function failureOf({
  errorClass,
  errorMessage,
  fault,
  durationMs,
  request,
  response,
}: Attempt): Failure | undefined {
  if (errorClass === null) return undefined;
  const headers = Object.entries(response?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    errorClass,
    errorMessage,
    fault,
    url: request.url,
    durationMs,
    statusCode: response?.statusCode ?? null,
    headers: Object.fromEntries(headers) as Record<string, string>,
  };
}
