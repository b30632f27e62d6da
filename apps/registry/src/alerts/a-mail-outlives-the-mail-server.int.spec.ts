import { MikroORM } from '@mikro-orm/postgresql';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import { databaseOptions, migrate, pinoLogger } from '@signet/service-kit';
import { fakeClock, testDatabase } from '@signet/testing';
import type { FakeClock, TestDatabase } from '@signet/testing';
import { registryDatabase } from '../database/database.ts';
import { MailServer } from '../testing/mail-server.ts';
import { AlertMailer } from './alert-mailer.ts';
import type { MailResult } from './alert-mails.ts';
import { AlertMails } from './alert-mails.ts';
import type { Alert } from './alert.ts';
import { Smtp } from './smtp.ts';

const START = '2026-03-01T10:00:00.000Z';
const MINUTE_MS = 60_000;
let clock: FakeClock;
let database: TestDatabase;
let orm: MikroORM;
let server: MailServer;
let mails: AlertMails;
let ends: MailResult[];
beforeEach(async () => {
  clock = fakeClock(START);
  database = await testDatabase();
  const options = registryDatabase({ SIGNET_DATABASE_URL: database.url, SIGNET_DATABASE_POOL: 4 });
  orm = await MikroORM.init(databaseOptions(options));
  await migrate(options);
  server = await MailServer.start();
  mails = new AlertMails(orm.em, clock);
  ends = [];
  for (const id of ['acme', 'other']) await addTenant(id);
});
afterEach(async () => {
  await server.close();
  await orm.close();
  await database.drop();
});

const addTenant = (id: string): Promise<unknown> =>
  orm.em
    .fork()
    .execute(
      `insert into tenants (id, name, status, alert_email, created_at, updated_at, version) values (?, ?, 'active', ?, ?, ?, 1)`,
      [id, id, `ops@${id}.example`, START, START],
    );
const alertOf = (tenantId: string, at = START): Alert => {
  const webhookId = newId();
  const data = { webhookId, name: 'Orders', url: 'https://erp.example/hook', consecutiveFailures: 3 };
  return { id: newId(), type: 'webhook.failing', tenantId, webhookId, at, data };
};
const mailer = (url = server.url): AlertMailer =>
  new AlertMailer({
    mails,
    smtp: new Smtp(url, 'alerts@signet.example'),
    clock,
    logger: pinoLogger('test', 'silent'),
    ended: (result) => ends.push(result),
  });

test('a mail that a server cannot take now is sent again after a minute, then two, with the same Message-ID', async () => {
  const alert = alertOf('acme');
  await mails.add([alert]);
  server.answer = () => ({ code: 451, at: 'data' });
  const sender = mailer();
  expect(await sender.sendDue()).toBe(1);
  expect(await sender.sendDue()).toBe(0);
  clock.advance(MINUTE_MS);
  expect(await sender.sendDue()).toBe(1);
  clock.advance(2 * MINUTE_MS - 1);
  expect(await sender.sendDue()).toBe(0);
  server.answer = () => undefined;
  clock.advance(1);
  expect(await sender.sendDue()).toBe(1);
  expect(server.mails.map(({ headers }) => headers['message-id'])).toEqual([`<${alert.id}@signet.example>`]);
  expect(ends).toEqual(['sent']);
  expect(await mails.waiting()).toBe(0);
});

test('a permanent refusal of an address ends only the mail to that address', async () => {
  await mails.add([alertOf('acme'), alertOf('other')]);
  server.answer = (to) => (to === 'ops@acme.example' ? { code: 550, at: 'rcpt' } : undefined);
  await mailer().sendDue();
  expect(ends.toSorted()).toEqual(['refused', 'sent']);
  expect(server.mails.map(({ to }) => to)).toEqual([['ops@other.example']]);
});

test('no mail is lost while the server is away, or the password is wrong', async () => {
  await mails.add([alertOf('acme')]);
  const wrong = new URL(server.url);
  wrong.password = 'wrong';
  await mailer(wrong.href).sendDue();
  clock.advance(MINUTE_MS);
  await mailer('smtp://127.0.0.1:1').sendDue();
  expect(await mails.waiting()).toBe(1);
  clock.advance(2 * MINUTE_MS);
  await mailer().sendDue();
  expect(server.mails).toHaveLength(1);
});

test('a mail that one sender has leased and not sent is sent by another sender when the lease is over', async () => {
  await mails.add([alertOf('acme')]);
  await mails.lease(new Date(clock().getTime() + 5 * MINUTE_MS), 4);
  expect(await mailer().sendDue()).toBe(0);
  clock.advance(5 * MINUTE_MS);
  await mailer().sendDue();
  expect(server.mails).toHaveLength(1);
});

test('the same alert is one mail however often it is added, also after it was sent', async () => {
  const alert = alertOf('acme');
  expect(await mails.add([alert, alertOf('unknown-tenant')])).toBe(1);
  await mailer().sendDue();
  expect(await mails.add([alert])).toBe(0);
  expect(await mailer().sendDue()).toBe(0);
  expect(server.mails).toHaveLength(1);
});

test('an alert that is older than a day is neither added to the queue nor tried again', async () => {
  expect(await mails.add([alertOf('acme', '2026-02-28T10:00:00.000Z')])).toBe(0);
  await mails.add([alertOf('acme')]);
  const sender = mailer('smtp://127.0.0.1:1');
  for (let hour = 0; hour < 25; hour++) {
    clock.advance(60 * MINUTE_MS);
    await sender.sendDue();
  }
  expect(ends).toEqual(['expired']);
  expect(await mails.waiting()).toBe(0);
  clock.advance(8 * 24 * 60 * MINUTE_MS);
  await mails.clean();
  expect(await orm.em.fork().execute('select alert_id from alert_mails')).toEqual([]);
});

test('an address that the tenant has removed gets no more mails, not even those that were waiting', async () => {
  await mails.add([alertOf('acme')]);
  await orm.em.fork().execute(`update tenants set alert_email = null where id = 'acme'`);
  await mailer().sendDue();
  expect(ends).toEqual(['unwanted']);
  expect(server.mails).toHaveLength(0);
});
