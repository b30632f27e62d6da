import { expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { WebhookDirectory } from './webhook-directory.ts';
import type { WebhookChange } from './webhook-directory.ts';

const snapshot = (id: string, fields: Partial<WebhookSnapshot> = {}): WebhookSnapshot =>
  snapshotOf({ id, tenantId: 'a', ...fields });
const ids = (webhooks: readonly WebhookSnapshot[]): string[] => webhooks.map(({ id }) => id);

test('a message goes to the active webhooks of its tenant that are subscribed to its type', () => {
  const directory = new WebhookDirectory();
  directory.put(snapshot('1'));
  directory.put(snapshot('2', { events: ['sale.created', 'sale.refunded'] }));
  directory.put(snapshot('3', { isActive: false }));
  directory.put(snapshot('4', { tenantId: 'b' }));
  expect(ids(directory.subscribers('a', 'sale.created'))).toEqual(['1', '2']);
  expect(ids(directory.subscribers('a', 'sale.refunded'))).toEqual(['2']);
  expect(ids(directory.subscribers('b', 'sale.created'))).toEqual(['4']);
  expect(ids(directory.subscribers('c', 'sale.created'))).toEqual([]);
});

test('a change of events or of activity changes the routes, a deletion ends them', () => {
  const directory = new WebhookDirectory();
  directory.put(snapshot('1'));
  directory.put(snapshot('1', { events: ['sale.refunded'], version: 2 }));
  expect(ids(directory.subscribers('a', 'sale.created'))).toEqual([]);
  expect(ids(directory.subscribers('a', 'sale.refunded'))).toEqual(['1']);
  directory.put(snapshot('1', { isActive: false, version: 3 }));
  expect(ids(directory.subscribers('a', 'sale.refunded'))).toEqual([]);
  expect(directory.get('1')?.isActive).toBe(false);
  directory.remove('1');
  expect(directory.get('1')).toBeUndefined();
  expect(directory.size).toBe(0);
});

test('a snapshot read twice or too late changes nothing', () => {
  const directory = new WebhookDirectory();
  const changes: WebhookChange[] = [];
  directory.onChange((change) => changes.push(change));
  directory.put(snapshot('1', { version: 5 }));
  directory.put(snapshot('1', { version: 5, isActive: false }));
  directory.put(snapshot('1', { version: 4, isActive: false }));
  expect(directory.get('1')?.isActive).toBe(true);
  expect(changes).toHaveLength(1);
});

test('a snapshot of the same version is the same webhook, resealed: listeners get no change', () => {
  const directory = new WebhookDirectory();
  const changes: WebhookChange[] = [];
  directory.onChange((change) => changes.push(change));
  directory.put(snapshot('1', { version: 5 }));
  const secrets = [{ sealed: 'v1.new.y', expiresAt: null }];
  directory.put(snapshot('1', { version: 5, secrets }));
  expect(directory.get('1')?.secrets).toEqual(secrets);
  expect(directory.subscribers('a', 'sale.created')).toEqual([directory.get('1')]);
  expect(changes).toHaveLength(1);
});

test('webhooks are found by a part of their name, within a tenant', () => {
  const directory = new WebhookDirectory();
  directory.put(snapshot('1', { name: 'Orders to ERP' }));
  directory.put(snapshot('2', { name: 'orders backup', tenantId: 'b' }));
  expect(directory.idsByName('ORDERS', 'a')).toEqual(['1']);
  expect(directory.idsByName('orders', null)).toEqual(['1', '2']);
  expect(directory.idsByName('orders', 'c')).toEqual([]);
  directory.put(snapshot('1', { name: 'Stock to ERP', version: 2 }));
  directory.remove('2');
  expect(directory.idsByName('orders', null)).toEqual([]);
  expect(directory.idsByName('stock', 'a')).toEqual(['1']);
  expect([directory.idsOfTenant('a'), directory.idsOfTenant('b')]).toEqual([['1'], []]);
});

test('a webhook that was deleted does not come back when its topic is read from the beginning again', () => {
  const directory = new WebhookDirectory();
  directory.put(snapshot('1'));
  directory.remove('1');
  directory.put(snapshot('1'));
  expect(directory.get('1')).toBeUndefined();
  expect(directory.subscribers('a', 'sale.created')).toEqual([]);
});
