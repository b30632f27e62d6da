import { expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import type { CanonicalMessage, WebhookSnapshot } from '@signet/contracts';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { route } from './fan-out.ts';
import { RequestBundles } from './request-bundles.ts';

const webhook = (events: string[], tenantId = 't1'): WebhookSnapshot => snapshotOf({ events, tenantId });
const failing = webhook(['sale.created', 'webhook.failing']);
const watcher = webhook(['webhook.failing']);
const others = webhook(['webhook.failing'], 't2');
const directory = new WebhookDirectory();
for (const known of [failing, watcher, others]) directory.put(known);

const message = (type: string): CanonicalMessage => ({
  id: newId(),
  source: '/signet/registry',
  type,
  time: '2026-03-01T10:00:00Z',
  subject: failing.id,
  tenantId: 't1',
  traceparent: undefined,
  data: Buffer.from('{}'),
});
const recipients = (type: string): string[] => {
  const bundles = new RequestBundles();
  route(message(type), 0, directory, bundles);
  return bundles.take().map(({ key }) => key);
};

test("an alert goes to the tenant's other webhooks that subscribe to it, never to the one that it is about", () =>
  expect(recipients('webhook.failing')).toEqual([watcher.id]));

test('any other message may have the id of a webhook as its subject', () =>
  expect(recipients('sale.created')).toEqual([failing.id]));
