import { ApiProblem, problemFrom } from './problem.ts';

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Answer<T> {
  readonly body: T;
  readonly etag: string | null;
}

interface Request {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Path and query; empty values are left out. */
export function pathOf(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The public API, called with the cookie of the session. */
export class ApiClient {
  readonly #onRefused: () => void;

  /** @param onRefused called when a service does not accept the session (401) */
  constructor(onRefused: () => void = () => undefined) {
    this.#onRefused = onRefused;
  }

  get = async <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
    (await this.call<T>('GET', pathOf(path, query), { signal })).body;

  /**
   * Each call has an Idempotency-Key of its own, so the request is carried out once, even if it reaches the server
   * more than once.
   */
  post = async <T>(path: string, body?: unknown): Promise<T> =>
    (await this.call<T>('POST', path, { body, headers: { 'idempotency-key': newId() } })).body;

  patch = async <T>(path: string, body: unknown, ifMatch?: number): Promise<T> =>
    (await this.call<T>('PATCH', path, { body, headers: ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` } }))
      .body;

  delete = async (path: string): Promise<void> => {
    await this.call<undefined>('DELETE', path);
  };

  /** @throws ApiProblem for an answer that is not 2xx, and if no answer comes */
  async call<T>(method: string, path: string, { body, headers = {}, signal }: Request = {}): Promise<Answer<T>> {
    const response = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      credentials: 'same-origin',
      cache: 'no-store',
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ApiProblem(0, 'unreachable', 'Signet cannot be reached. Check your connection.');
    });
    const text = await response.text();
    if (response.status === 401) this.#onRefused();
    if (!response.ok) throw problemFrom(response.status, text);
    return { body: (text === '' ? undefined : JSON.parse(text)) as T, etag: response.headers.get('etag') };
  }
}

/** A UUID of version 4. Browsers have crypto.randomUUID over HTTPS and on localhost only. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
