import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canonicalTopic, CE } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
let signet: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
let producer: RecordProducer;
let webhookId: string;
beforeAll(async () => {
  [signet, receiver] = await Promise.all([Signet.start(), RecordingReceiver.start()]);
  local = await signet.local();
  producer = new RecordProducer({ client: { brokers: local.kafkaBrokers.split(','), clientId: 'e2e' }, name: 'e2e' });
  ({ id: webhookId } = await Api.tenant(local).register(receiver.url));
});
afterAll(async () => {
  await producer?.close();
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
});

/** Runs the command as an operator does beside `npm start`. */
async function deadLetters(...args: string[]): Promise<string> {
  const env = { ...process.env, SIGNET_DATA_DIR: signet.dataDir };
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'dead-letters', '--', ...args], {
    cwd: ROOT,
    env,
  });
  return stdout;
}
const listed = async (...args: string[]): Promise<string[][]> =>
  (await deadLetters('list', ...args))
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));

const headers = {
  [CE.specversion]: '1.0',
  [CE.source]: '/e2e',
  [CE.type]: 'sale.created',
  [CE.contentType]: 'application/json',
};
const arrivals = (saleId: string): number =>
  receiver.requests.filter(({ body }) => body.includes(`"${saleId}"`)).length;
const arrival = (saleId: string): Promise<unknown> => waitFor(() => arrivals(saleId) > 0, { what: `sale ${saleId}` });

test('a bad event of a producer, mended and put back twice, makes one delivery', async () => {
  const value = JSON.stringify({ saleId: 'S-1', total: 10.5 });
  await producer.publish('shop.sale', {
    key: 'S-1',
    value,
    headers: { ...headers, [CE.id]: 's-1', [CE.tenantId]: 'unknown-tenant' },
  });
  const [letter] = await waitFor(
    async () => {
      const letters = await listed('--reason', 'unknown_tenant');
      return letters.length > 0 ? letters : undefined;
    },
    { what: 'the dead letter' },
  );
  expect(letter?.slice(2, 5)).toEqual(['unknown_tenant', 'tenantid', expect.stringMatching(/^shop\.sale\/\d+:0$/)]);
  const place = letter?.[0] ?? '';
  for (const _ of [1, 2]) await deadLetters('put-back', place, '--set-header', `${CE.tenantId}=${local.tenantId}`);
  await arrival('S-1');
  // The event has the same key, so it comes after the other: when it has arrived, a second delivery of the other
  // would have arrived too.
  const after = { ...headers, [CE.id]: 's-2', [CE.tenantId]: local.tenantId };
  await producer.publish('shop.sale', { key: 'S-1', value: JSON.stringify({ saleId: 'S-2' }), headers: after });
  await arrival('S-2');
  const deliveries = await waitFor(
    async () => {
      const all = await Api.tenant(local).deliveries({ webhookId });
      return all.length >= 2 && all.every(({ status }) => status === 'SUCCESS') ? all : undefined;
    },
    { what: 'both deliveries' },
  );
  expect(deliveries).toHaveLength(2);
});

test('the same holds for a record that a trusted service wrote to a canonical topic: it is among the dead letters of delivery', async () => {
  const good = { ...headers, [CE.id]: 's-3', [CE.time]: new Date().toISOString() };
  await producer.publish(canonicalTopic('sale'), { key: 'S-3', value: '{"saleId":"S-3"}', headers: good });
  const topic = ['--topic', 'delivery.dead-letter.v1'];
  const [letter] = await waitFor(
    async () => {
      const letters = await listed(...topic);
      return letters.length > 0 ? letters : undefined;
    },
    { what: 'the dead letter' },
  );
  expect(letter?.slice(2, 4)).toEqual(['not_a_canonical_message', CE.tenantId]);
  await deadLetters('put-back', letter?.[0] ?? '', ...topic, '--set-header', `${CE.tenantId}=${local.tenantId}`);
  await arrival('S-3');
});
