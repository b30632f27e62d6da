import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { hasProgram } from '../programs.ts';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The system's browser, as Debian's package `chromium` installs it; nothing is downloaded. */
export const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => hasProgram(name));

/** Chromium without a window. Its profile is temporary and is deleted with it. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: pathOf(CHROMIUM ?? 'chromium'), headless: true, args: ARGUMENTS });

const pathOf = (program: string): string => `/usr/bin/${program}`;

/** The faults of a page: script errors, requests that the content security policy refused, and foreign hosts. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
}

/** A page in a context of its own, like a browser of its own: it does not know who is signed in elsewhere. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The browser logs this for every answer that is not 2xx; the console expects such answers and shows them.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`It asked ${request.url()}`);
  });
  return { page, complaints };
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** The findings of axe-core on the present page, one line each: WCAG 2.2 A and AA. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const tags = JSON.stringify(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, { runOnly: { type: 'tag', values: ${tags} } }).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
