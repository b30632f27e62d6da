import createClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import { Refusal } from '../errors.ts';
import { VERSION } from '../version.ts';
import type { paths } from './openapi.gen.ts';
import { ApiProblem, isProblem } from './problem.ts';

export type Api = Client<paths>;

/** The longest a request to Signet may take, milliseconds: its slowest answers are searches of a few seconds. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The public API, called with one key. A redirect is not followed: it would take the key to another address. */
export function apiClient(url: string, key: string): Api {
  return createClient<paths>({
    baseUrl: url,
    headers: { authorization: `Bearer ${key}`, 'user-agent': `signet-cli/${VERSION}` },
    redirect: 'manual',
    fetch: async (request) => {
      try {
        return await fetch(request, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
      } catch (error) {
        throw new Unreachable(`Signet does not answer at ${new URL(url).origin}: ${reasonOf(error)}.`);
      }
    },
  });
}

/** No answer came. A later try may succeed. */
export class Unreachable extends Refusal {
  override readonly name = 'Unreachable';
}

/** Such as `ECONNREFUSED`; fetch hides it in the cause of its error. */
export function reasonOf(error: unknown): string {
  const { code, cause, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (cause !== undefined) return reasonOf(cause);
  return code ?? message ?? String(error);
}

interface Answered<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** @throws ApiProblem for an answer that is not 2xx */
export async function answerOf<T>(call: Promise<Answered<T>>): Promise<NonNullable<T>> {
  return (await fullAnswerOf(call)).data;
}

/** The same, with the answer's headers. */
export async function fullAnswerOf<T>(
  call: Promise<Answered<T>>,
): Promise<{ readonly data: NonNullable<T>; readonly response: Response }> {
  const { data, error, response } = await call;
  if (response.ok) return { data: data as NonNullable<T>, response };
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  throw new ApiProblem(
    response.status,
    isProblem(error) ? error : undefined,
    Number.isFinite(seconds) ? seconds : undefined,
  );
}
