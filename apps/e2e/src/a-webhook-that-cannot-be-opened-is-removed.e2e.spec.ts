import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { newId, REGISTRY_WEBHOOKS, webhookSecretContext } from '@signet/contracts';
import { RecordProducer } from '@signet/kafka';
import { generateSealingKey, SealingKeys } from '@signet/signature';
import { waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import { ROOT, Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

let signet: Signet;
let local: LocalFile;
let producer: RecordProducer;
beforeAll(async () => {
  signet = await Signet.start({ SIGNET_EGRESS_ALLOW: '' });
  local = await signet.local();
  producer = new RecordProducer({ client: { brokers: local.kafkaBrokers.split(','), clientId: 'e2e' }, name: 'e2e' });
});
afterAll(async () => {
  await producer?.close();
  await signet?.stopAndForget();
});

/** A record that a second installation, of a version before 0.2, has left on the Kafka of the first one. */
function leftBehind(id: string): WebhookSnapshot {
  const keys = SealingKeys.parse(generateSealingKey('of-another'));
  const secret = keys.seal('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', webhookSecretContext(id));
  return {
    ...{ id, tenantId: local.tenantId, name: 'Left behind', url: 'https://left.example/', events: ['sale.created'] },
    ...{ isActive: true, headers: {}, maxAttempts: null, requestTimeoutMs: null, rateLimitPerSecond: null },
    ...{ ordering: 'none', secrets: [{ sealed: secret, expiresAt: null }], version: 1 },
  };
}

function command(...args: string[]): { status: number | null; out: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'tools/dev/admin.ts', 'unreadable-webhooks', ...args],
    { cwd: ROOT, env: { ...process.env, SIGNET_DATA_DIR: signet.dataDir }, encoding: 'utf8' },
  );
  return { status, out: stdout + stderr };
}

async function counted(): Promise<number> {
  const { managementPort } = local.services.delivery;
  const metrics = await (await fetch(`http://127.0.0.1:${managementPort}/metrics`)).text();
  return Number(/^signet_delivery_unreadable_webhooks (\d+)$/m.exec(metrics)?.[1]);
}

test('a start that may not deliver to this machine leaves the demo out, says why, and is ready', async () => {
  const log = await readFile(join(signet.dataDir, 'launcher.log'), 'utf8');
  expect(log).toContain('No bundled receiver and no first event: SIGNET_EGRESS_ALLOW is "",');
  expect(log).toContain('Signet is ready');
  expect(await Api.tenant(local).call('GET', '/v1/webhooks')).toMatchObject({ data: [] });
});

test('a webhook that cannot be opened is counted, listed, and removed', async () => {
  expect(command('list')).toEqual({ status: 0, out: 'Every webhook on Kafka can be opened.\n' });
  const id = newId();
  await producer.publish(REGISTRY_WEBHOOKS, { key: id, value: JSON.stringify(leftBehind(id)) });
  await waitFor(async () => (await counted()) === 1, { what: 'delivery to count it' });

  const list = command('list');
  expect(list.out).toContain(`${id}  "Left behind" of ${local.tenantId} to https://left.example/\n`);
  expect(list.out).toContain('No sealing key has the id "of-another".');
  expect(list.out).toContain(`The registry does not have it: remove ${id}`);

  expect(command('remove', newId()).status).toBe(1);
  expect(command('remove', id)).toMatchObject({ status: 0, out: expect.stringContaining(`Removed ${id}`) as unknown });
  await waitFor(async () => (await counted()) === 0, { what: 'delivery to drop it' });
  expect(command('list').out).toBe('Every webhook on Kafka can be opened.\n');
});
