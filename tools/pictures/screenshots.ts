// `npm run screenshots`: makes the two screenshots of the README anew, in headless Chromium, of a Signet of its own with a made-up
// shop in it. They are made by hand when the console looks different; a test only checks that they are there and used.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { Signet } from '../bench/installation/signet.ts';
import { ROOT } from '../dev/settings.ts';
import { DemoShop } from './demo-shop.ts';
import type { SCREENSHOTS } from './pictures.ts';
import { PICTURES, SCREENSHOT } from './pictures.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
/** The first retry comes soon, so that a delivery with two attempts can be shown; then there is time to look. */
const SETTINGS = { SIGNET_RETRY_SCHEDULE: '5s,10m' };

async function show(page: Page, url: string, picture: keyof typeof SCREENSHOTS): Promise<void> {
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // The data of a page comes after its heading, and fades in.
  await page.waitForLoadState('networkidle');
  await page.waitForFunction('document.getAnimations().every(({ playState }) => playState !== "running")');
  await page.screenshot({ path: join(ROOT, PICTURES, picture) });
  console.log(`Wrote ${PICTURES}/${picture}`);
}

const signet = await Signet.start(new AbortController().signal, SETTINGS);
const browser = await chromium.launch({ executablePath: CHROMIUM ?? 'chromium', args: ['--no-sandbox'] });
try {
  const local = signet.read();
  const shop = await DemoShop.open(local);
  const retried = await shop.delivery('repair_order.created', 'SUCCESS');
  const page = await (await browser.newContext({ viewport: SCREENSHOT, colorScheme: 'light' })).newPage();
  await page.goto(`${local.url}/console/`);
  await page.getByRole('textbox', { name: 'API key' }).fill(shop.key);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await show(page, `${local.url}/console/`, 'console-overview.png');
  await show(page, `${local.url}/console/deliveries/${retried}`, 'console-delivery.png');
  shop.close();
} finally {
  await browser.close();
  await signet.stop();
}
