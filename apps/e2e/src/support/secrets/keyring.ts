import { SecretSearch } from '@signet/service-kit';
import type { Leak, Secret } from '@signet/service-kit';

export interface Answered {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

interface Asked {
  readonly body?: unknown;
  /** Sent unchanged in place of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the answer must contain a secret; no other answer may hold one. */
  readonly tells?: boolean;
}

/** Sends requests to the API, and keeps all secrets that were used and all answers that must not hold one. */
export class Keyring {
  readonly secrets: Secret[] = [];
  private readonly shown: { where: string; text: string }[] = [];

  constructor(private readonly url: string) {}

  /** Keeps a secret, which nothing may show from now on, and returns it. */
  keep(name: string, value: string): string {
    this.secrets.push({ name, value });
    return value;
  }

  /** Keeps a text that was public: a metric, a page, an answer. */
  see(where: string, text: string): void {
    this.shown.push({ where, text });
  }

  /** Signs a browser in, and keeps the token of its session; resolves to the cookie. */
  async signIn(name: string, authorization: string): Promise<string> {
    const answer = await fetch(`${this.url}/v1/session`, { method: 'POST', headers: { authorization } });
    const [cookie = ''] = answer.headers.getSetCookie()[0]?.split(';') ?? [];
    this.keep(name, cookie.slice(cookie.indexOf('=') + 1));
    this.see('the body of a sign-in', await answer.text());
    return cookie;
  }

  /** @param authorization undefined: the request has no such header */
  async ask(
    authorization: string | undefined,
    method: string,
    path: string,
    { body, text, headers, tells }: Asked = {},
  ): Promise<Answered> {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    });
    const answered = await answer.text();
    const all = `${answered}\n${JSON.stringify([...answer.headers])}`;
    if (tells !== true) this.see(`the answer ${answer.status} to ${method} ${path.split('?')[0] as string}`, all);
    return { status: answer.status, json: (answered === '' ? {} : JSON.parse(answered)) as Answered['json'] };
  }

  get search(): SecretSearch {
    return new SecretSearch(this.secrets);
  }

  /** The answers that hold a secret although they must not. */
  shownLeaks(): Leak[] {
    const { search } = this;
    return this.shown.flatMap(({ where, text }) => search.leaksIn(where, text));
  }
}

export const bearer = (key: string): string => `Bearer ${key}`;
