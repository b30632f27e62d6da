import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canonicalTopic } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import { MailServer } from './testing/mail-server.ts';
import type { TestRegistry } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let server: MailServer;
let registry: TestRegistry;
beforeAll(async () => {
  server = await MailServer.start();
  registry = await startRegistry({
    SIGNET_SMTP_URL: server.url,
    SIGNET_SMTP_FROM: 'Signet <alerts@signet.example>',
  });
});
afterAll(async () => {
  await registry.stop();
  await server.close();
});

const untilMailed = (address: string, count: number) =>
  waitFor(() => server.to(address).length >= count && server.to(address), { what: `${count} mails to ${address}` });

test("the tenant's alert address gets its alerts as mails, with the id of the alert", async () => {
  const tenant = await registry.newTenant();
  const silent = await registry.newTenant();
  const messages = await registry.follow(canonicalTopic('webhook'));
  const address = `ops@${tenant.id}.example`;
  const alertEmail = (value: string | null) =>
    tenant.call('PATCH', `/v1/tenants/${tenant.id}`, { body: { alertEmail: value } });
  expect((await alertEmail(address)).json).toMatchObject({ alertEmail: address, alertEmailWarning: null });
  const webhook = await tenant.newWebhook({ name: 'Bestellungen für Köln' });
  const unheard = await silent.newWebhook();
  const outcomes = registry.outcomesOf(webhook);
  const theirs = registry.outcomesOf(unheard);
  for (let count = 0; count < 3; count++) {
    await theirs.fail();
    await outcomes.fail();
  }
  const [mail] = await untilMailed(address, 1);
  expect(mail).toMatchObject({
    from: 'alerts@signet.example',
    to: [address],
    headers: {
      from: 'Signet <alerts@signet.example>',
      to: address,
      'auto-submitted': 'auto-generated',
      'content-type': 'text/plain; charset=utf-8',
    },
  });
  expect(mail?.text).toContain(webhook.id);
  expect(mail?.text).toContain(String(webhook['url']));
  expect(mail?.text).toContain('3 in a row');
  const key = `${tenant.id}/${webhook.id}`;
  await messages.record(key);
  expect(mail?.headers['message-id']).toBe(`<${messages.idsOf(key)[0]}@signet.example>`);

  // While the tenant has no alert address, no mail is sent: the next mail is about the alert after that.
  await alertEmail(null);
  while (outcomes.failed < 5) await outcomes.fail();
  await waitFor(() => messages.idsOf(key).length === 2, { what: 'the alert of the 5th failure' });
  await alertEmail(address);
  while (outcomes.failed < 10) await outcomes.fail();
  const mails = await untilMailed(address, 2);
  expect(mails.map(({ text }) => /(\d+) in a row\n|(disabled your)/.exec(text.replaceAll('\r', ''))?.[0])).toEqual([
    '3 in a row\n',
    'disabled your',
  ]);
  expect(server.mails.filter(({ text }) => text.includes(unheard.id))).toEqual([]);
  // The mail server has a mail a moment before the mailer learns that the server has taken it.
  for (const line of ['signet_registry_alert_mails_total{result="sent"} 2', 'signet_registry_alert_mails_waiting 0']) {
    await waitFor(async () => (await registry.metrics()).split('\n').includes(line), { what: `the metric ${line}` });
  }
});
