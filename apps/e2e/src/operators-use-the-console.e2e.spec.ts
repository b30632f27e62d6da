import { afterAll, beforeAll, expect } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { Browser } from 'playwright-core';
import { Api } from './support/api.ts';
import type { Webhook } from './support/api.ts';
import { CHROMIUM, openBrowser } from './support/console/browser.ts';
import { Console } from './support/console/console.ts';
import { violationsAt } from './support/console/tour.ts';
import type { Place } from './support/console/tour.ts';
import { testWith } from './support/programs.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const inBrowser = testWith(CHROMIUM !== undefined);
let signet: Signet;
let local: LocalFile;
let browser: Browser;
let receiver: RecordingReceiver;
let webhook: Webhook;
let delivery: string;
let console: Console;

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  signet = await Signet.start();
  local = await signet.local();
  receiver = await RecordingReceiver.start({ respond: () => ({ body: '{"took":true}' }) });
  const tenant = Api.tenant(local);
  webhook = await tenant.register(receiver.url, { name: 'Ledger of the demo', description: 'For the books' });
  delivery = (
    await tenant.call<{ deliveryId: string }>('POST', `/v1/webhooks/${webhook.id}/test`, { eventType: 'sale.created' })
  ).deliveryId;
  browser = await openBrowser();
  console = await Console.signedIn(browser, local.url, local.operatorKey);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([receiver?.close(), signet?.stopAndForget()]);
});

let strangerKey: string;

inBrowser(
  'an operator makes a tenant and a key for it, which is shown once',
  async () => {
    await console.says('All tenants of this installation');
    await console.page.getByRole('link', { name: 'Tenants' }).click();
    await console.button('Create tenant').click();
    await console.field('Name').fill('Antwerp Jewels');
    await console.field('Id').fill('antwerp-jewels');
    await console.dialog().getByRole('button', { name: 'Create tenant' }).click();
    await console.heading(/Antwerp Jewels Active/);
    await console.button('Change the alert e-mail').click();
    await console.field('the alert e-mail').fill('nonsense');
    await console.button('Save').click();
    await console.says(/must be/i);
    await console.field('the alert e-mail').fill('ops@antwerp.example');
    await console.button('Save').click();
    await console.says('Alerts go to ops@antwerp.example.');
    await console.button('Create key').click();
    await console.field('Name').fill('Back office');
    const create = console.dialog().getByRole('button', { name: 'Create key' });
    expect(await create.isDisabled()).toBe(true);
    await console.dialog().getByText('Tenant', { exact: true }).click();
    await create.click();
    strangerKey = (await console.page.getByTestId('api-key').textContent()) ?? '';
    await console.button('I have it').click();
    await console.row(/Back office.*Tenant/).waitFor();
    expect(await console.page.content()).not.toContain(strangerKey);
  },
  180_000,
);

inBrowser(
  "another tenant sees nothing of the first one's, not even by its address",
  async () => {
    const stranger = await Console.signedIn(browser, local.url, strangerKey);
    await stranger.says('Welcome to Signet');
    await stranger.go('/webhooks');
    await stranger.says('No webhooks yet');
    await stranger.go('/deliveries');
    await stranger.says('No deliveries yet');
    for (const path of [`/webhooks/${webhook.id}`, `/webhooks/${webhook.id}/history`, `/deliveries/${delivery}`]) {
      await stranger.go(path);
      await stranger.says('Not found');
      expect(await stranger.page.content()).not.toMatch(/Ledger of the demo|For the books/);
    }
    await stranger.go('/tenants');
    await stranger.says('There is nothing at this address');
    await stranger.close();
  },
  180_000,
);

inBrowser('an operator sees the webhooks of all tenants, each with its tenant', async () => {
  await console.go('/webhooks');
  await console.row(/Ledger of the demo.*Demo Jewelers/).waitFor();
  await console.page.getByRole('searchbox').fill('demo jewelers');
  await console.row(/Bundled receiver/).waitFor();
});

inBrowser(
  'deliveries are filtered by their tenant, and counted for each tenant',
  async () => {
    await console.go('/deliveries');
    await console.row(/sale\.created.*Demo Jewelers/).waitFor();
    await console.button('Filter by tenant').click();
    await console.page.getByPlaceholder('Search for a tenant').fill('antwerp');
    await console.page.getByRole('option', { name: 'Antwerp Jewels' }).click();
    await waitFor(() => console.page.url().includes('tenant=antwerp-jewels'), { what: 'the tenant in the address' });
    await console.says('No delivery matches');
    await waitFor(
      async () => {
        const counted = await Api.operator(local).call<{ total: { delivered: number } }>(
          'GET',
          '/v1/statistics?range=1h',
        );
        return counted.total.delivered > 0;
      },
      { what: 'the delivery to be counted' },
    );
    await console.go('/?range=1h');
    await console.page
      .getByRole('table', { name: 'Deliveries by tenant' })
      .getByRole('row', { name: /Demo Jewelers \d+ 100 % 0 0/ })
      .waitFor();
  },
  180_000,
);

inBrowser('the health page says which service answers, and which one is away, and since when', async () => {
  await console.go('/health');
  await console.row(/Registry.*Answers.*Version/).waitFor();
  await console.row(/Delivery.*Answers.*\d deliver(y|ies) in the last hour, 0 failed/).waitFor();
  await console.says('No circuit is open');
  const ofDelivery = /\/v1\/(statistics|circuits|failures)/;
  await console.page.route(ofDelivery, (route) => route.fulfill({ status: 503, body: 'away' }));
  await console.page.reload();
  await console.row(/Delivery.*Does not answer since/).waitFor();
  await console.row(/Registry.*Answers/).waitFor();
  await console.page.unroute(ofDelivery);
});

inBrowser(
  'a tenant is suspended with a reason that it sees, and resumed',
  async () => {
    const stranger = await Console.signedIn(browser, local.url, strangerKey);
    await console.go('/tenants/antwerp-jewels');
    await console.button('Suspend …').click();
    await console.field('Reason').fill('Invoice overdue');
    await console.button('Suspend').click();
    await console.heading(/Antwerp Jewels Suspended/);
    await stranger.go('/');
    await stranger.says('Your account is suspended');
    await stranger.says('Invoice overdue');
    await console.button('Resume').click();
    await console.heading(/Antwerp Jewels Active/);
    await stranger.close();
  },
  180_000,
);

inBrowser(
  'whose key is revoked is led back to the sign-in',
  async () => {
    const stranger = await Console.signedIn(browser, local.url, strangerKey);
    await stranger.go('/deliveries?status=FAILED');
    await stranger.heading('Deliveries');
    await console.go('/tenants/antwerp-jewels');
    await console.button('Revoke Back office').click();
    await console.button('Revoke key').click();
    await console.says('The key Back office is revoked.');
    await stranger.says('Your key is no longer accepted');
    // The page to come back to is kept.
    await stranger.signIn(local.tenantKey);
    await stranger.heading('Deliveries');
    expect(stranger.page.url()).toContain('/console/deliveries?status=FAILED');
    await stranger.close();
  },
  180_000,
);

const PHONE = { width: 390, height: 844 };
const PLACES = (): readonly Place[] => [
  ...[
    '/?range=1h&table=true',
    '/webhooks',
    '/webhooks/new',
    `/webhooks/${webhook.id}`,
    `/webhooks/${webhook.id}/deliveries`,
    `/webhooks/${webhook.id}/history`,
    '/deliveries',
    `/deliveries/${delivery}`,
    '/failures',
    '/jobs',
    '/replays',
    '/event-types/sale.created',
    '/health',
    '/tenants',
    '/tenants/antwerp-jewels',
    '/keys',
  ].map((path) => ({ path })),
  ...['Edit', 'Send test', 'More actions', 'Rotate secret …'].map((name) => ({
    path: `/webhooks/${webhook.id}`,
    press: [name],
  })),
  ...['Disable …', 'Replay messages …', 'Delete …'].map((name) => ({
    path: `/webhooks/${webhook.id}`,
    press: ['More actions', name],
  })),
  ...['status', 'event', 'webhook', 'tenant', 'message id', 'created'].map((filter) => ({
    path: '/deliveries',
    press: [`Filter by ${filter}`],
  })),
  { path: `/webhooks/${webhook.id}/history`, press: ['State at a time …'] },
  { path: `/deliveries/${delivery}`, press: ['Send again …'] },
  { path: `/deliveries/${delivery}`, press: ['Delete …'] },
  { path: '/deliveries?status=SUCCESS', press: ['Delete all …'] },
  { path: '/replays', press: ['New replay'] },
  { path: '/tenants', press: ['Create tenant'] },
  { path: '/tenants/antwerp-jewels', press: ['Suspend …'] },
  { path: '/keys', press: ['Create key'] },
];

inBrowser.each([
  ['at a desk, in light', { colorScheme: 'light' }],
  ['on a telephone, in dark', { colorScheme: 'dark', viewport: PHONE, isMobile: true }],
] as const)(
  'every page, dialog and menu is accessible %s, and no content is wider than the page',
  async (_, options) => {
    const looked = await Console.signedIn(browser, local.url, local.operatorKey, options);
    expect(await violationsAt(looked, PLACES())).toEqual({});
    await looked.close();
  },
  180_000,
);

inBrowser('on a telephone the menu is a drawer', async () => {
  const phone = await Console.signedIn(browser, local.url, local.operatorKey, { viewport: PHONE, isMobile: true });
  await phone.button('Open the menu').click();
  await phone.dialog().getByRole('link', { name: 'Webhooks' }).click();
  await phone.heading('Webhooks');
  await phone.dialog().waitFor({ state: 'detached' });
  await phone.close();
});

inBrowser('a keyboard is enough: skip to the content, follow a row, leave a dialog', async () => {
  await console.go('/webhooks');
  await console.row(/Ledger of the demo/).waitFor();
  await console.page.keyboard.press('Tab');
  expect(await console.page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await console
    .row(/Ledger of the demo/)
    .getByRole('link')
    .focus();
  await console.page.keyboard.press('Enter');
  await console.heading(/Ledger of the demo/);
  await console.button('Edit').focus();
  await console.page.keyboard.press('Enter');
  await console.dialog().waitFor();
  await console.page.keyboard.press('Escape');
  await console.dialog().waitFor({ state: 'detached' });
  // The focus comes back a moment after the dialog has gone.
  await waitFor(() => console.page.evaluate("document.activeElement.textContent === 'Edit'"), {
    what: 'the focus to be on the button again',
  });
  await console.close();
});
