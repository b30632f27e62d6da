/** An answer of the API that is not 2xx. */
export class ApiError extends Error {
  readonly status: number;
  /** The stable `code` of the problem, when the answer is problem+json. */
  readonly code: string | undefined;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path} answered ${status}: ${body.slice(0, 500)}`);
    this.status = status;
    this.code = codeOf(body);
  }
}

export interface ApiAnswer<T> {
  readonly body: T;
  readonly etag: string | null;
}

export interface ApiRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Signet's own HTTP API, called with one key, as any client calls it. */
export class Api {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  get = <T>(path: string): Promise<ApiAnswer<T>> => this.call<T>('GET', path);
  post = <T>(path: string, body: unknown, headers?: ApiRequest['headers']): Promise<ApiAnswer<T>> =>
    this.call<T>('POST', path, { body, ...(headers ? { headers } : {}) });

  /** Throws ApiError for an answer that is not 2xx. An empty answer is `undefined`. */
  async call<T>(method: string, path: string, { body, headers = {} }: ApiRequest = {}): Promise<ApiAnswer<T>> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new ApiError(method, path, response.status, text);
    return { body: (text === '' ? undefined : JSON.parse(text)) as T, etag: response.headers.get('etag') };
  }
}

function codeOf(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

/** Calls until it succeeds, while the answer is one that a moment may change: a new key reaches the services over Kafka. */
export async function untilAccepted<T>(call: () => Promise<T>, timeoutMs = 20_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const passing = error instanceof ApiError && [401, 403, 404, 502, 503].includes(error.status);
      if (!passing || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
