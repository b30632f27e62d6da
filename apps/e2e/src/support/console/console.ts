import { expect } from '@jest/globals';
import { waitFor } from '@signet/testing';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { openPage } from './browser.ts';

/** The web console as a person uses it: the tests find elements by their visible text, not by the HTML. */
export class Console {
  private constructor(
    readonly page: Page,
    readonly complaints: readonly string[],
    private readonly url: string,
  ) {}

  static async open(browser: Browser, url: string, options?: BrowserContextOptions): Promise<Console> {
    const { page, complaints } = await openPage(browser, url, options);
    await page.goto(`${url}/console/`);
    return new Console(page, complaints, url);
  }

  /** Opens the console and signs in with this key. */
  static async signedIn(browser: Browser, url: string, key: string, options?: BrowserContextOptions): Promise<Console> {
    const console = await Console.open(browser, url, options);
    await console.signIn(key);
    await console.heading('Overview');
    return console;
  }

  /** Another tab of the same browser. */
  async openTab(path: string): Promise<Console> {
    const tab = new Console(await this.page.context().newPage(), [], this.url);
    await tab.go(path);
    return tab;
  }

  async signIn(key: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'API key' }).fill(key);
    await this.button('Sign in').click();
  }

  async go(path: string): Promise<void> {
    await this.page.goto(`${this.url}/console${path}`);
  }

  /** Waits for the heading of a page. */
  heading = (name: string | RegExp): Promise<void> => this.page.getByRole('heading', { name, level: 1 }).waitFor();
  button = (name: string | RegExp): Locator => this.page.getByRole('button', { name, exact: true });
  field = (name: string): Locator => this.page.getByLabel(name, { exact: true });
  dialog = (): Locator => this.page.getByRole('dialog');
  /** Waits until this text is visible. */
  says = (text: string | RegExp): Promise<void> => this.page.getByText(text).first().waitFor();

  /** Waits until there are this many elements: the data of a page comes after its heading. */
  shows = (what: Locator, count: number): Promise<unknown> =>
    waitFor(async () => (await what.count()) === count, { what: `${count} × ${what}` });

  /** The row of a list that contains this text. */
  row = (text: string | RegExp): Locator => this.page.getByRole('row').filter({ hasText: text }).first();

  /** Checks that no script failed, the policy refused nothing, and no other host was called. */
  async close(): Promise<void> {
    expect(this.complaints).toEqual([]);
    await this.page.context().close();
  }
}
