import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listTopics } from '@signet/kafka';
import { testBrokers } from '@signet/testing';
import type { TestRegistry } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

const OTHER = 'another-prefix.';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry?.stop());

const topics = (): Promise<string[]> => listTopics({ brokers: testBrokers(), clientId: 'test' });

test('a start with another prefix than before is refused with a sentence, and makes no topic', async () => {
  const { id } = await registry.newTenant();
  await expect(registry.replica({ SIGNET_PREFIX: OTHER })).rejects.toThrow(
    `This database was used with the SIGNET_PREFIX "", and now SIGNET_PREFIX is "${OTHER}"`,
  );
  expect((await topics()).filter((name) => name.startsWith(OTHER))).toEqual([]);
  expect((await registry.call('GET', `/v1/tenants/${id}`)).status).toBe(200);
});
