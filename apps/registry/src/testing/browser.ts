import type { Answer, Asked } from './answers.ts';
import type { TestRegistry } from './registry.ts';

/** What a browser says of a request that a page of the same address sends. */
export const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

/** The cookie that an answer sets, as a browser sends it back; '' where it sets none. */
export const cookieOf = ({ headers }: Answer): string => headers.getSetCookie()[0]?.split(';')[0] ?? '';
export const tokenOf = (cookie: string): string => cookie.slice(cookie.indexOf('=') + 1);

/** Requests of a browser: with the cookie of a session, and without a key. */
export class TestBrowser {
  private constructor(
    private readonly registry: TestRegistry,
    readonly cookie: string,
  ) {}

  static async signIn(registry: TestRegistry, key: string): Promise<TestBrowser> {
    const answer = await registry.call('POST', '/v1/session', { key });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.json));
    return new TestBrowser(registry, cookieOf(answer));
  }

  static with = (registry: TestRegistry, cookie: string): TestBrowser => new TestBrowser(registry, cookie);

  call(method: string, path: string, { headers, ...asked }: Asked = {}): Promise<Answer> {
    return this.registry.call(method, path, { ...asked, key: '', headers: { cookie: this.cookie, ...headers } });
  }

  /** A request of a page of the same address. */
  change(method: string, path: string, body?: object): Promise<Answer> {
    return this.call(method, path, { body, headers: SAME_ORIGIN });
  }
}
