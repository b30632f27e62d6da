import { afterAll, beforeAll, expect } from '@jest/globals';
import { RecordingReceiver, selfSigned, waitFor } from '@signet/testing';
import type { Browser, Locator } from 'playwright-core';
import { Api } from './support/api.ts';
import type { Webhook } from './support/api.ts';
import { accessibilityViolations, CHROMIUM, openBrowser } from './support/console/browser.ts';
import { Console } from './support/console/console.ts';
import { violationsAt } from './support/console/tour.ts';
import { testWith } from './support/programs.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const inBrowser = testWith(CHROMIUM !== undefined);
let signet: Signet;
let local: LocalFile;
let tenant: Api;
let browser: Browser;
let healthy: RecordingReceiver;
let failing: RecordingReceiver;
let status = 500;
/** The browser tab of the demo tenant. The tests build on each other, like the steps of a person's day. */
let console: Console;

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  // The first retries come at once; the later ones leave time to look at the page.
  signet = await Signet.start({
    SIGNET_RETRY_SCHEDULE: '1s,1s,10m',
    SIGNET_RETRY_JITTER: '0',
    SIGNET_DISABLE_AFTER_FAILURES: '100',
  });
  local = await signet.local();
  tenant = Api.tenant(local);
  healthy = await RecordingReceiver.start({
    respond: () => ({ headers: { 'x-made-by': 'e2e' }, body: '{"took":true}' }),
  });
  failing = await RecordingReceiver.start({ respond: () => ({ status, body: 'no room' }) });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([healthy?.close(), failing?.close(), signet?.stopAndForget()]);
});

const publish = (id: string): Promise<unknown> => Api.producer(local).publish(local.tenantId, id);
/**
 * Waits until delivery knows a new webhook, which it learns of over Kafka. A message that is published before does
 * not go to it.
 */
const known = (webhook: Webhook): Promise<unknown> =>
  waitFor(() => tenant.call('GET', `/v1/circuits/${webhook.id}`), { what: 'delivery to know the webhook' });
const webhookCalled = async (name: string): Promise<Webhook> => {
  const { data } = await tenant.call<{ data: Webhook[] }>('GET', `/v1/webhooks?q=${encodeURIComponent(name)}`);
  const found = data.find((webhook) => webhook['name'] === name);
  if (!found) throw new Error(`No webhook is called ${name}.`);
  return found;
};

/** The error at a field, as a screen reader finds it. */
const errorAt = async (field: Locator): Promise<string> => {
  await waitFor(async () => (await field.getAttribute('aria-invalid')) === 'true', { what: 'the field to be refused' });
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ').filter((id) => id !== '') ?? [];
  const texts = ids.map((id) => console.page.locator(`[id="${id}"]`).textContent());
  return (await Promise.all(texts)).join(' ');
};

inBrowser('a wrong key is refused, a producer has nothing to see, a tenant is let in', async () => {
  console = await Console.open(browser, local.url);
  await console.signIn('sgn_t_nonsense');
  await console.says('Signet does not know this key');
  await console.signIn(local.producerKey);
  await console.says("This key is a producer's");
  await console.signIn(local.tenantKey);
  await console.heading('Overview');
  await console.says('Tenant · demo tenant');
  const kept = '[...Object.values(localStorage), ...Object.values(sessionStorage), document.cookie].join()';
  expect(await console.page.evaluate<string>(kept)).not.toMatch(/sgn_/);
});

inBrowser('a reload and another tab are signed in, and signing out in one tab signs out all', async () => {
  await console.page.reload();
  await console.says('Tenant · demo tenant');
  const other = await console.openTab('/webhooks?active=true');
  await other.heading('Webhooks');
  await console.button('Sign out').click();
  await console.heading('Sign in to Signet');
  await other.says('You have signed out in another tab');
  await console.signIn(local.tenantKey);
  // The other tab is where it was.
  await other.heading('Webhooks');
  expect(other.page.url()).toContain('/console/webhooks?active=true');
  await other.page.close();
});

inBrowser(
  'a webhook is created; each field says what is wrong with it; the secret is shown',
  async () => {
    await console.page.getByRole('link', { name: 'Webhooks', exact: true }).click();
    await console.heading('Webhooks');
    await console.page.getByRole('link', { name: 'Create webhook' }).click();
    await console.field('URL').fill('http://169.254.169.254/latest');
    await console.button('Create webhook').click();
    // All errors at once: those of single fields, and the URL to which Signet would never deliver.
    await console.says('3 fields are not valid');
    await waitFor(() => console.page.evaluate("document.activeElement?.getAttribute('placeholder') === 'Accounting'"), {
      what: 'the focus on the first field that is not valid',
    });
    expect(await errorAt(console.field('Name'))).toContain('It must');
    expect(await errorAt(console.field('URL'))).toMatch(/address/);
    await console.field('Name').fill('Ledger');
    await console.page.getByRole('checkbox', { name: 'All of Sale' }).check();
    await console.button('Create webhook').click();
    await console.says('A field is not valid');
    expect(await errorAt(console.field('URL'))).toMatch(/address/);
    await console.field('URL').fill(healthy.url);
    await console.page.getByRole('checkbox', { name: /Sale Refunded/ }).focus();
    await console.page
      .getByRole('complementary', { name: 'What a receiver gets' })
      .getByText('JSON Schema of data')
      .waitFor();
    await console.page.getByText(/^Advanced /).click();
    await console.button('Add header').click();
    await console.field('Name of header 1').fill('X-Shop');
    await console.field('Value of header 1').fill('12');
    await console.button('Create webhook').click();
    await console.heading('Ledger is ready');
    const secret = await console.page.getByTestId('secret').textContent();
    const webhook = await webhookCalled('Ledger');
    expect(webhook).toMatchObject({
      events: ['sale.created', 'sale.updated', 'sale.refunded'],
      headers: { 'X-Shop': '12' },
      createdBy: expect.stringContaining('demo tenant'),
    });
    expect(await tenant.call('GET', `/v1/webhooks/${webhook.id}/secret`)).toMatchObject({ secret });
    // The second step: code of the guides in each language, and the answer to a test without leaving the page.
    await console.page.getByText('Ruby', { exact: true }).click();
    await console.page.getByRole('region', { name: 'file receiver.rb' }).getByText('OpenSSL').first().waitFor();
    await known(webhook);
    await console.button('Send test').click();
    await console.page.getByRole('status').filter({ hasText: 'Delivered' }).getByText('200').waitFor();
    expect(await accessibilityViolations(console.page)).toEqual([]);
  },
  180_000,
);

inBrowser('an event is delivered, and its attempt shown with request and response', async () => {
  await known(await webhookCalled('Ledger'));
  await publish('ledger-1');
  await console.go('/deliveries');
  await console
    .row(/sale\.created.*Ledger.*Delivered/)
    .getByRole('link')
    .click();
  await console.heading(/sale\.created/);
  const request = console.page.getByRole('region', { name: 'Request', exact: true });
  await request.getByText('webhook-signature').waitFor();
  await request
    .getByText('X-Shop', { exact: true })
    .or(request.getByText('x-shop', { exact: true }))
    .waitFor();
  const response = console.page.getByRole('region', { name: 'Response', exact: true });
  await response.getByText('x-made-by').waitFor();
  await response.getByText('"took"').waitFor();
});

inBrowser('a test is sent, and followed to its end', async () => {
  await console.go(`/webhooks/${(await webhookCalled('Ledger')).id}`);
  await console.button('Send test').click();
  await console.dialog().getByRole('button', { name: 'Send' }).click();
  await console.heading(/sale\.created Delivered Test/);
});

inBrowser(
  'a failing delivery is retried on schedule, and once more by hand',
  async () => {
    await known(await tenant.register(failing.url, { name: 'Fragile' }));
    await publish('fragile-1');
    await console.go('/deliveries?status=RETRYING');
    await console
      .row(/Fragile.*Retrying.*3 of 5/)
      .getByRole('link')
      .click();
    await console.says('Attempt 3 of 5 failed; next attempt at');
    const wrong = console.page.getByRole('region', { name: 'What is wrong' });
    await wrong.getByText('The receiver has failed (500)').waitFor();
    await wrong.getByText('no room').waitFor();
    await console.shows(console.page.getByRole('button', { name: /^Attempt \d/ }), 3);
    status = 200;
    await console.button('Retry now').click();
    await console.heading(/sale\.created Delivered/);
    await console.page.getByRole('button', { name: /^Attempt 4/ }).waitFor();
  },
  180_000,
);

inBrowser('the numbers of a webhook are shown as charts and as a table, and the keyboard reads them', async () => {
  const webhook = await webhookCalled('Fragile');
  const numbers = () =>
    tenant.call<{ total: { delivered: number } }>('GET', `/v1/statistics?range=1h&webhookId=${webhook.id}`);
  await waitFor(async () => (await numbers()).total.delivered > 0, { what: 'the delivery to be counted' });
  await console.go(`/webhooks/${webhook.id}?range=1h`);
  await console.says('1 of 1 delivery delivered');
  const chart = console.page.getByRole('slider', { name: 'Outcomes: time' });
  expect(await chart.getAttribute('aria-valuetext')).toContain('1 delivery: 1 delivered, 0 failed');
  await chart.focus();
  await console.page.keyboard.press('Home');
  expect(await chart.getAttribute('aria-valuetext')).toMatch(/: No deliveries$/);
  await console.button('Show as a table').click();
  await console.row(/All of them.*100 %/).waitFor();
  await console.page.getByRole('radio', { name: 'Last 7 days' }).press('ArrowRight');
  await waitFor(() => console.page.url().includes('range=30d&table=true'), { what: 'the range in the address' });
  await console.go('/webhooks');
  await console.row(/Fragile.*1 delivery, 100 % delivered/).waitFor();
});

inBrowser(
  'a webhook whose circuit is open is held back, and says until when',
  async () => {
    status = 503;
    const webhook = await webhookCalled('Fragile');
    await waitFor(
      async () => {
        await publish(`storm-${failing.requests.length}-${Math.random()}`);
        const circuit = await tenant.call<{ state: string }>('GET', `/v1/circuits/${webhook.id}`);
        return circuit.state === 'open';
      },
      { what: 'the circuit to open' },
    );
    await console.go('/webhooks');
    await console
      .row(/Fragile.*Held back/)
      .getByRole('link')
      .click();
    await console.says('Deliveries are held back: the circuit is open');
    await console.says('Next probe');
    const wrong = console.page.getByRole('region', { name: 'What is wrong' });
    await wrong.getByText('no room').waitFor();
    await wrong
      .getByText(/deliver(y|ies)/)
      .first()
      .waitFor();
    expect(await wrong.getByRole('button', { name: 'Close the circuit' }).getAttribute('aria-disabled')).toBeNull();
    await console.go('/');
    await console.page.getByRole('listitem').filter({ hasText: 'Fragile' }).filter({ hasText: 'Held back' }).waitFor();
  },
  180_000,
);

inBrowser(
  'failures are grouped by error, and a whole group is retried after a look at its size',
  async () => {
    status = 500;
    const webhook = await tenant.register(failing.url, { name: 'Once only', maxAttempts: 1 });
    await known(webhook);
    await publish('once-1');
    await publish('once-2');
    const group = console.row(/HTTP error 500.*2/);
    await console.go(`/webhooks/${webhook.id}/failures`);
    await group.getByRole('button', { name: 'Retry … HTTP error, Once only' }).click();
    await console.dialog().getByText('2 deliveries will be tried once more').waitFor();
    status = 200;
    await console.button('Retry them').click();
    await console.heading('Jobs');
    await console.row(/Retry.*Once only.*Completed.*2 of 2/).waitFor();
    await console.go(`/deliveries?webhook=${webhook.id}`);
    await console.row(/Once only.*Delivered/).waitFor();
    // What a job cannot do, its button says.
    const retry = console.button('Retry all …');
    expect(await retry.getAttribute('aria-description')).toBe('Filter by the status Failed first.');
    await tenant.call('DELETE', `/v1/webhooks/${webhook.id}`);
  },
  180_000,
);

inBrowser(
  'for a webhook whose receiver has moved, the form offers the URL that the receiver names',
  async () => {
    const moved = await RecordingReceiver.start({
      respond: () => ({ status: 308, headers: { location: healthy.url }, body: 'moved' }),
    });
    const webhook = await tenant.register(moved.url, { name: 'Moved' });
    await known(webhook);
    await publish('moved-1');
    await console.go(`/webhooks/${webhook.id}`);
    const wrong = console.page.getByRole('region', { name: 'What is wrong' });
    await wrong.getByText('The receiver redirects (308)').waitFor();
    // A button that cannot help now says why.
    const close = wrong.getByRole('button', { name: 'Close the circuit' });
    expect(await close.getAttribute('aria-description')).toContain('nothing is held back');
    await wrong.getByRole('button', { name: 'Use this URL …' }).click();
    expect(await console.field('URL').inputValue()).toBe(new URL(healthy.url).href);
    await tenant.call('DELETE', `/v1/webhooks/${webhook.id}`);
    await moved.close();
  },
  180_000,
);

inBrowser('a secret is rotated; the former one is shown with the time at which it ends', async () => {
  const webhook = await webhookCalled('Ledger');
  const before = await tenant.call<{ secret: string }>('GET', `/v1/webhooks/${webhook.id}/secret`);
  await console.go(`/webhooks/${webhook.id}`);
  await console.button('Rotate secret …').click();
  await console.button('Rotate secret').click();
  const shown = await console.page.getByTestId('new-secret').textContent();
  await console.button('Done').click();
  const after = await tenant.call<{ secret: string; former: { secret: string }[] }>(
    'GET',
    `/v1/webhooks/${webhook.id}/secret`,
  );
  expect([after.secret, after.former[0]?.secret]).toEqual([shown, before.secret]);
  await console.button('Show').click();
  await console.says(before.secret);
  await console.says('Still signs');
});

inBrowser(
  'a client certificate is added, each half says what is wrong with it, and it is shown and taken away again',
  async () => {
    const webhook = await tenant.register('https://localhost:9443/hooks', {
      name: 'Asks who calls',
      events: ['purchase_order.received'],
    });
    const [given, other] = [selfSigned('shop.example'), selfSigned('other.example')];
    await console.go(`/webhooks/${webhook.id}`);
    await console.button('Edit').click();
    await console.button('Add certificate').click();
    await console.field('Certificate').fill(given.cert);
    await console.field('Private key').fill(other.key);
    await console.button('Save changes').click();
    await console.says('Some fields are not valid');
    expect(await errorAt(console.field('Private key'))).toMatch(/certificate/);
    await console.field('Private key').fill(given.key);
    await console.button('Save changes').click();
    await console.says('Asks who calls is saved');
    await console.page.getByText('CN=shop.example', { exact: true }).first().waitFor();
    await console.says('Self-signed');
    await console.says('Renew it soon');
    const { clientCertificate } = await tenant.webhook(webhook.id);
    await console.says((clientCertificate as { fingerprint: string }).fingerprint);
    expect(await console.page.content()).not.toContain(given.key.split('\n')[1]);

    await console.button('Edit').click();
    await console.button('Remove certificate').click();
    await console.says('The certificate is removed when you save');
    await console.button('Save changes').click();
    await waitFor(async () => (await tenant.webhook(webhook.id))['clientCertificate'] === null, { what: 'its end' });
    await console.page.getByText('CN=shop.example', { exact: true }).first().waitFor({ state: 'detached' });
  },
  180_000,
);

inBrowser(
  'a user who edits a webhook that another user has changed meanwhile sees that change, and loses nothing',
  async () => {
    const webhook = await webhookCalled('Ledger');
    await console.go(`/webhooks/${webhook.id}`);
    await console.button('Edit').click();
    await tenant.call('PATCH', `/v1/webhooks/${webhook.id}`, {
      name: 'Their ledger',
      description: 'Theirs',
      maxAttempts: 7,
    });
    await console.field('Name').fill('General ledger');
    await console.field('Description').fill('Mine');
    await console.button('Save changes').click();
    const conflict = console.page.getByRole('region', { name: 'Changes of another user' });
    await conflict.getByText('Another user has changed this webhook meanwhile').waitFor();
    const choice = (field: string) => conflict.getByRole('radiogroup', { name: field });
    // Both values of each field: mine where I have changed it, theirs elsewhere, until I choose.
    await choice('Name').getByText('Their ledger').waitFor();
    expect(await choice('Name').getByRole('radio', { name: 'Yours' }).isChecked()).toBe(true);
    expect(await choice('Attempts at most').getByRole('radio', { name: 'Theirs' }).isChecked()).toBe(true);
    await choice('Description').getByRole('radio', { name: 'Theirs' }).check();
    expect(await accessibilityViolations(console.page)).toEqual([]);
    await console.button('Save the chosen values').click();
    await console.heading(/General ledger/);
    const saved = { name: 'General ledger', description: 'Theirs', maxAttempts: 7 };
    expect(await tenant.webhook(webhook.id)).toMatchObject(saved);
  },
);

inBrowser('a webhook is disabled with a reason; its history says who, and how it stood before', async () => {
  const webhook = await webhookCalled('General ledger');
  await console.go(`/webhooks/${webhook.id}`);
  await console.button('More actions').click();
  await console.page.getByRole('menuitem', { name: 'Disable …' }).click();
  await console.field('Reason').fill('Moving to another office');
  await console.button('Disable').click();
  await console.says('Nothing is delivered: this webhook is disabled');
  await console.page.getByRole('link', { name: 'History' }).click();
  const disabled = console.page.getByRole('listitem').filter({ hasText: 'Disabled: Moving to another office' });
  await disabled.getByText('demo tenant').waitFor();
  await disabled.getByRole('button', { name: 'Details' }).click();
  await disabled.getByRole('row', { name: 'State Active Disabled' }).waitFor();
  await console.page
    .getByRole('listitem')
    .filter({ hasText: 'Registered as' })
    .getByRole('button', { name: 'State then' })
    .click();
  await console.dialog().getByText('now: General ledger').waitFor();
  await console.dialog().getByText('now: Disabled').waitFor();
  await console.page.keyboard.press('Escape');
  await console.button('Filter by kind').click();
  await console.page.getByRole('radio', { name: 'Settings and secrets' }).click();
  await disabled.waitFor({ state: 'detached' });
  await console.page.getByRole('listitem').filter({ hasText: 'Registered as' }).waitFor();
  expect(console.page.url()).toContain('kind=settings');
});

inBrowser(
  'what was missed is counted, and replayed once the webhook is on again',
  async () => {
    const seen = healthy.requests.length;
    await publish('missed-1');
    const webhook = await webhookCalled('General ledger');
    await console.go(`/webhooks/${webhook.id}`);
    await console.button('Enable …').click();
    await console.dialog().getByRole('button', { name: 'Enable' }).click();
    await console.says('failures in a row count from 0 again');
    await console.button('Replay what it missed …').click();
    expect(await console.page.getByRole('radio', { name: 'Missed messages' }).isChecked()).toBe(true);
    await console
      .dialog()
      .getByText(/messages? would be delivered again/)
      .waitFor();
    await console.button('Start the replay').click();
    await console.heading(/Missed messages replayed Completed/);
    await console.page.getByRole('link', { name: /^[1-9]\d* Delivered$/ }).click();
    await console.row(/sale\.created.*Replay.*Delivered/).waitFor();
    await console.page.getByRole('link', { name: 'Replays' }).first().click();
    await console.row(/Missed messages.*General ledger.*Completed/).waitFor();
    const got = () => healthy.requests.slice(seen).some(({ body }) => body.includes('missed-1'));
    await waitFor(got, { what: 'the missed message' });
  },
  180_000,
);

inBrowser(
  'missed messages are replayed by enabling, where that is wanted',
  async () => {
    const webhook = await webhookCalled('General ledger');
    await tenant.call('POST', `/v1/webhooks/${webhook.id}/disable`);
    await publish('missed-2');
    await console.go(`/webhooks/${webhook.id}`);
    // A replay cannot begin now, and its form says so at once.
    await console.button('More actions').click();
    await console.page.getByRole('menuitem', { name: 'Replay messages …' }).click();
    await console.dialog().getByText('This webhook is disabled, so nothing can be replayed').waitFor();
    expect(await console.button('Start the replay').count()).toBe(0);
    await console.button('Enable the webhook …').click();
    const replays = 'Replay the messages that were missed while it was disabled';
    expect(await console.page.getByRole('checkbox', { name: replays }).isChecked()).toBe(true);
    await console.dialog().getByRole('button', { name: 'Enable' }).click();
    await console.says('missed messages are replayed');
    const got = () => healthy.requests.some(({ body }) => body.includes('missed-2'));
    await waitFor(got, { what: 'the missed message' });
  },
  180_000,
);

inBrowser('a webhook is deleted only when the user types its name', async () => {
  const webhook = await webhookCalled('Fragile');
  await console.go(`/webhooks/${webhook.id}`);
  await console.button('More actions').click();
  await console.page.getByRole('menuitem', { name: 'Delete …' }).click();
  const deed = console.button('Delete webhook');
  await waitFor(() => deed.isDisabled(), { what: 'the button to wait for the name' });
  await console.dialog().getByRole('textbox').fill('Fragile');
  await deed.click();
  await console.heading('Webhooks');
  await expect(tenant.webhook(webhook.id)).rejects.toThrow('404');
});

inBrowser('lists are filtered and searched by their address', async () => {
  await console.go('/deliveries');
  await console.button('Filter by status').click();
  await console.page.getByRole('radio', { name: 'Delivered' }).click();
  await waitFor(() => console.page.url().includes('status=SUCCESS'), { what: 'the filter in the address' });
  await console.row(/General ledger.*Delivered/).waitFor();
  await console.page.getByRole('searchbox').fill('no such thing');
  await console.says('No delivery matches');
  await console.button('Clear all').click();
  await console.row(/General ledger/).waitFor();
});

inBrowser(
  'while a service does not answer, every page says which one, and no circuit is called closed',
  async () => {
    const ofDelivery = /\/v1\/(deliveries|circuits)/;
    const body = { status: 503, code: 'service_unavailable', detail: 'The service delivery is not running.' };
    await console.page.route(ofDelivery, (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(body) }),
    );
    await console.go('/deliveries');
    await console.says('Delivery does not answer');
    await console.says(body.detail);
    await console.go('/webhooks');
    await console.row(/General ledger.*Circuit unknown/).waitFor();
    await console.page.unroute(ofDelivery);
    await console.row(/General ledger.*Active/).waitFor();
    await console.page.getByText('Delivery does not answer').waitFor({ state: 'detached' });
  },
  180_000,
);

inBrowser(
  'every page, dialog and menu of a tenant is accessible; a name that turns its direction is seen through',
  async () => {
    const webhook = await webhookCalled('General ledger');
    const tricky = await tenant.register(healthy.url, { name: '\u202Egnp.evil', events: ['purchase_order.received'] });
    const { data } = await tenant.call<{ data: { id: string }[] }>('GET', `/v1/deliveries?webhookId=${webhook.id}`);
    const replays = await tenant.call<{ data: { id: string }[] }>('GET', '/v1/replays');
    const pages = [
      '/',
      '/webhooks',
      '/webhooks/new',
      `/webhooks/${webhook.id}`,
      `/webhooks/${webhook.id}/history?kind=state`,
      '/deliveries',
      `/deliveries/${data[0]?.id}`,
      '/failures?created=7d',
      '/jobs',
      '/replays',
      `/replays/${replays.data[0]?.id}`,
      `/webhooks/${webhook.id}?missedSince=2026-11-23T20:05:26.164Z`,
      '/settings',
    ];
    const places = [
      ...pages.map((path) => ({ path })),
      { path: `/webhooks/${webhook.id}?range=7d&table=true` },
      { path: `/webhooks/${webhook.id}`, press: ['More actions'] },
      { path: `/webhooks/${webhook.id}`, press: ['Edit'] },
    ];
    expect(await violationsAt(console, places)).toEqual({});
    expect(await console.page.content()).not.toContain('needs a key of the role');
    await console.go(`/webhooks/${tricky.id}`);
    await console.heading(/\[U\+202E\]gnp\.evil/);
  },
  180_000,
);

inBrowser('signing out leaves no data behind, and no page has failed all day', async () => {
  await console.button('Sign out').click();
  await console.heading('Sign in to Signet');
  expect(await console.page.evaluate('sessionStorage.length')).toBe(0);
  await console.close();
});
