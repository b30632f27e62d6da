import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateSealingKey } from '@signet/signature';
import { waitFor } from '@signet/testing';
import type { Answer } from '../testing/answers.ts';
import { ask } from '../testing/answers.ts';
import type { TestRegistry, TestTenant } from '../testing/registry.ts';
import { startRegistry } from '../testing/registry.ts';

const ADMIN = fileURLToPath(new URL('../../dist/admin.js', import.meta.url));

let registry: TestRegistry;
let tenant: TestTenant;
let ids: string[];
beforeAll(async () => {
  registry = await startRegistry({ SIGNET_SEALING_KEYS: generateSealingKey('first') });
  tenant = await registry.newTenant();
  ids = [];
  for (let count = 0; count < 2; count++) ids.push((await tenant.newWebhook()).id);
  ids.push((await tenant.newWebhook({ headers: { authorization: 'Bearer of the shop' } })).id);
});
afterAll(() => registry.stop());

const otherKey = generateSealingKey('second');

test('the registry does not start, and says which key is missing', async () => {
  await expect(registry.replica({ SIGNET_SEALING_KEYS: otherKey })).rejects.toThrow(
    'SIGNET_SEALING_KEYS has no key with the id "first", which sealed the secrets of 3 webhooks of this database: add it',
  );
});

test('nor with another key that has the same id', async () => {
  await expect(registry.replica({ SIGNET_SEALING_KEYS: generateSealingKey('first') })).rejects.toThrow(
    'The key "first" in SIGNET_SEALING_KEYS is another one than the key with this id',
  );
});

test('nor, before that, with the name of another installation', async () => {
  await expect(registry.replica({ SIGNET_SEALING_KEYS: otherKey, SIGNET_INSTALLATION: 'another' })).rejects.toThrow(
    'This database belongs to the installation "test", but SIGNET_INSTALLATION is "another"',
  );
});

test('with the key in any place it starts', async () => {
  const service = await registry.replica({ SIGNET_SEALING_KEYS: `${otherKey},${registry.sealingKeys}` });
  await service.stop();
});

test('with the key given up it starts, shows the webhooks that it cannot open, and lets them be corrected or deleted', async () => {
  const lost = await registry.replica({ SIGNET_SEALING_KEYS: otherKey, SIGNET_LOST_SEALING_KEYS: 'first' });
  const call = (method: string, path: string, body?: object): Promise<Answer> =>
    ask(`${lost.url}/v1/webhooks/${path}`, method, { key: tenant.key, ...(body && { body }) });
  const [rotated, deleted, withHeader] = ids as [string, string, string];

  expect(await call('GET', `${rotated}/secret`)).toMatchObject({ status: 409, json: { code: 'secret_unreadable' } });
  const { json } = await call('POST', `${rotated}/secret/rotate`, { overlapHours: 0 });
  expect((await call('GET', `${rotated}/secret`)).json).toMatchObject({ secret: json['secret'] });

  expect((await call('PATCH', withHeader, { headers: { authorization: 'Bearer of the shop' } })).status).toBe(200);

  expect((await call('DELETE', deleted)).status).toBe(204);
  await waitFor(async () => (await call('GET', deleted)).status === 404, { what: 'the webhook to be gone' });
});

test('texts that only a lost key opens do not keep the others from being resealed', async () => {
  const { SIGNET_SEALING_KEYS: _, ...environment } = registry.environment;
  const reseal = (more: Record<string, string>) =>
    spawnSync(process.execPath, [ADMIN, 'reseal'], {
      env: { ...environment, SIGNET_LOG_LEVEL: 'info', SIGNET_SEALING_KEYS: otherKey, ...more },
      encoding: 'utf8',
    });
  const stopped = reseal({});
  expect(stopped.status).not.toBe(0);
  const { data } = JSON.parse(stopped.stdout) as { data: { error: string } };
  expect(data.error).toContain('No sealing key has the id "first"');
  const { status, stdout } = reseal({ SIGNET_LOST_SEALING_KEYS: 'first' });
  expect(status).toBe(0);
  expect(stdout).toContain('"keyId":"second"');
});
