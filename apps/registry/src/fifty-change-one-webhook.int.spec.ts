import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REGISTRY_WEBHOOKS } from '@signet/contracts';
import type { Answer } from './testing/answers.ts';
import { ask } from './testing/answers.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { recordsOn } from './testing/records-on-kafka.ts';

let registry: TestRegistry;
let tenant: TestTenant;
let urls: string[];
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
  urls = [registry.service.url, (await registry.replica()).url];
});
afterAll(() => registry.stop());

/** On a busy machine a connection to PostgreSQL may not come in time: nothing was done then, and a client tries again. */
async function untilAnswered(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send();
    if (answer.status !== 503) return answer;
  }
}

/** Fifty changes at once, on two replicas: one half changes the name, the other half the description. */
const fifty = (id: string, headers: Record<string, string> = {}): Promise<Answer[]> =>
  Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      const body = index % 2 === 0 ? { name: `Change ${index}` } : { description: `Change ${index}` };
      const url = `${urls[index % 4 < 2 ? 0 : 1]}/v1/webhooks/${id}`;
      return untilAnswered(() => ask(url, 'PATCH', { key: tenant.key, body, headers }));
    }),
  );

test('fifty concurrent changes of one webhook: all are made, none is lost, and the history shows the order', async () => {
  const { id } = await tenant.newWebhook();
  const answers = await fifty(id);
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));

  const { data } = (await tenant.call('GET', `/v1/webhooks/${id}/history?limit=200`)).json;
  expect(data.map(({ version }) => version)).toEqual(Array.from({ length: 51 }, (_, n) => 51 - n));
  const changes = data.slice(0, 50).map((entry) => entry.data.changes);
  const changed = changes.flatMap(({ name, description }) => [name ?? description]);
  expect(new Set(changed)).toEqual(new Set(Array.from({ length: 50 }, (_, index) => `Change ${index}`)));
  expect(data.every(({ actor }) => String(actor).includes('Till'))).toBe(true);

  const last = (await tenant.call('GET', `/v1/webhooks/${id}`)).json;
  expect(last.name).toBe(changes.find(({ name }) => name !== undefined)?.name);
  expect(last.description).toBe(changes.find(({ description }) => description !== undefined)?.description);
  expect(last.version).toBe(51);
  const { name, version } = last;
  expect((await recordsOn(REGISTRY_WEBHOOKS)).get(id)).toMatchObject({ name, version });
});

test('with If-Match one of the fifty changes is made, and the others get 412', async () => {
  const { id } = await tenant.newWebhook();
  const statuses = (await fifty(id, { 'if-match': '"1"' })).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 49 }, () => 412)]);
  expect((await tenant.call('GET', `/v1/webhooks/${id}`)).json.version).toBe(2);
});
