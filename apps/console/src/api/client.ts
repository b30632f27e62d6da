import createClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import type { paths } from './openapi.gen.ts';
import { ApiProblem, problemFrom } from './problem.ts';
import { searchOf } from './search.ts';

/** The public API, with the paths, parameters and answers of docs/openapi/signet.json. */
export type ApiClient = Client<paths, 'application/json'>;

/**
 * The API, called with the cookie of the session. A call throws an ApiProblem for an answer that is not 2xx, and if no answer comes.
 *
 * @param onRefused called when a service does not accept the session (401)
 */
export function apiClient(onRefused: () => void = () => undefined): ApiClient {
  const client = createClient<paths, 'application/json'>({
    credentials: 'same-origin',
    cache: 'no-store',
    querySerializer: searchOf,
  });
  client.use({
    onRequest({ request }) {
      // Each POST has a key of its own, so it is carried out once, even if it reaches the server more than once.
      if (request.method === 'POST') request.headers.set('idempotency-key', newId());
    },
    async onResponse({ response }) {
      if (response.status === 401) onRefused();
      if (!response.ok) throw problemFrom(response.status, await response.text());
    },
    onError({ request, error }) {
      if (request.signal.aborted) return error instanceof Error ? error : new Error(String(error));
      return new ApiProblem(0, 'unreachable', 'Signet cannot be reached. Check your connection.');
    },
  });
  return client;
}

/** The body of the answer. The client throws where there is none, so that it is never missing. */
export async function answerOf<T>(call: Promise<{ readonly data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** A UUID of version 4. Browsers have crypto.randomUUID over HTTPS and on localhost only. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
