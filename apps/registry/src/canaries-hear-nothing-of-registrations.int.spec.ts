import { isIPv4 } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { innerAddresses, rawReceiver, respond } from '@signet/testing';
import type { RawReceiver } from '@signet/testing';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

const inner = innerAddresses();
let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(async () => {
  await registry.stop();
  inner.remove();
});

const hostsOf = (address: string): string[] =>
  isIPv4(address) ? [address, `${address}.`, `[::ffff:${address}]`] : [`[${address}]`];

for (const { kind, address, lacking } of [{ kind: 'loopback', address: '127.0.0.1', lacking: '' }, ...inner.all]) {
  // The name of the test says why it cannot run on this machine.
  const name = `a canary on a ${kind} address`;
  if (address === undefined) test.skip(`${name}: ${lacking}`, () => undefined);
  else
    test(`${name} can be neither registered nor moved to, and hears nothing of it`, async () => {
      const host = address.startsWith('fe80') ? `${address}%lo` : address;
      const canary: RawReceiver = await rawReceiver((socket) => respond(socket), { host });
      const { id } = await tenant.newWebhook();
      for (const written of hostsOf(address)) {
        const url = `http://${written}:${canary.port}/hook`;
        const body = { name: 'Inner', url, events: ['sale.created'] };
        for (const answer of [
          await tenant.call('POST', '/v1/webhooks', { body }),
          await tenant.call('PATCH', `/v1/webhooks/${id}`, { body: { url } }),
        ]) {
          expect([written, answer.status]).toEqual([written, 422]);
          expect(JSON.stringify(answer.json)).toContain('"rule":"blocked_address"');
        }
      }
      expect(canary.sockets).toHaveLength(0);
      await canary.close();
    });
}
