import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { Api, saleCreated } from './support/api.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

let signet: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
let tenant: Api;

beforeAll(async () => {
  [signet, receiver] = await Promise.all([
    Signet.start(),
    RecordingReceiver.start({ respond: () => ({ delayMs: 5 }) }),
  ]);
  local = await signet.local();
  tenant = Api.tenant(local);
});
afterAll(async () => {
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
});

interface Replay {
  readonly id: string;
  readonly state: string;
  readonly total: number | null;
  readonly requested: number;
}

/**
 * Sends messages to two webhooks; one of them is disabled meanwhile, and enabled again with this body. Resolves to
 * the number of messages.
 */
async function interrupt(interrupted: string, enabling?: object): Promise<number> {
  const producer = Api.producer(local);
  let published = 0;
  let isOver = false;
  const traffic = (async () => {
    for (let batch = 0; !isOver; batch++) {
      const ids = Array.from({ length: 20 }, (_, n) => `sale-${batch * 20 + n}`);
      await producer.publishBatch(ids.map((id) => saleCreated(local.tenantId, id)));
      published += ids.length;
    }
  })();
  const untilPublished = (count: number): Promise<unknown> =>
    waitFor(() => published >= count, { what: `${count} messages` });
  await untilPublished(200);
  await tenant.call('POST', `/v1/webhooks/${interrupted}/disable`, { reason: 'moving' });
  await untilPublished(published + 600);
  await tenant.call('POST', `/v1/webhooks/${interrupted}/enable`, enabling);
  await untilPublished(published + 200);
  isOver = true;
  await traffic;
  return published;
}
const untilAtRest = (webhookId: string): Promise<unknown> =>
  waitFor(
    async () =>
      (await tenant.deliveries({ webhookId })).every(({ status }) => status === 'SUCCESS' || status === 'FAILED'),
    { what: 'no delivery to be under way' },
  );

const saleIdOf = (body: Buffer): string => (JSON.parse(body.toString()) as { data: { saleId: string } }).data.saleId;
const arrivals = (path: string): string[] =>
  receiver.requests.filter((request) => request.path === path).map(({ body }) => saleIdOf(body));
const bodies = (path: string): Map<string, string> =>
  new Map(
    receiver.requests
      .filter((request) => request.path === path)
      .map(({ body, headers }) => [headers['webhook-id'] ?? '', body.toString()]),
  );

test('disabled for a while under traffic, enabled and replayed: it gets every message once, as if it had never been disabled', async () => {
  const since = new Date().toISOString();
  const interrupted = await tenant.register(`${receiver.url}/interrupted`);
  await tenant.register(`${receiver.url}/always`);
  const published = await interrupt(interrupted.id);
  await waitFor(() => arrivals('/always').length >= published, { what: 'all of them elsewhere' });
  // The messages that the webhook did not miss have arrived by now, or are under way: the replay must not repeat
  // them.
  expect(arrivals('/interrupted').length).toBeLessThan(published);

  const wanted = { webhookId: interrupted.id, since, status: 'missed' };
  const preview = await tenant.call<{ count: number; isExact: boolean }>('POST', '/v1/replays?preview=true', wanted);
  expect(preview.isExact).toBe(true);
  expect(preview.count).toBeGreaterThan(0);
  const { id } = await tenant.call<Replay>('POST', '/v1/replays', wanted);
  const replay = await waitFor(
    async () => {
      const now = await tenant.call<Replay>('GET', `/v1/replays/${id}`);
      return now.state !== 'running' && now;
    },
    { what: 'the end of the replay' },
  );
  expect(replay).toMatchObject({ state: 'completed', requested: replay.total });
  await waitFor(() => bodies('/interrupted').size >= published, { what: 'every message' });

  // The same messages with the same bytes and ids, and none of them twice.
  expect(bodies('/interrupted')).toEqual(bodies('/always'));
  await untilAtRest(interrupted.id);
  expect(arrivals('/interrupted').toSorted()).toEqual(arrivals('/always').toSorted());
}, 240_000);

test('enabled with a replay of the missed messages: the same, without another request', async () => {
  const interrupted = await tenant.register(`${receiver.url}/asked`);
  const always = await tenant.register(`${receiver.url}/never-off`);
  const published = await interrupt(interrupted.id, { replay: 'missed' });
  const replay = await waitFor(
    async () => {
      const { data } = await tenant.call<{ data: Replay[] }>('GET', `/v1/replays?webhookId=${interrupted.id}`);
      return data[0]?.state === 'completed' && data[0];
    },
    { what: 'the end of the replay' },
  );
  expect(replay).toMatchObject({ status: 'missed', requested: replay.total });
  await waitFor(() => bodies('/asked').size >= published, { what: 'every message' });
  await waitFor(() => bodies('/never-off').size >= published, { what: 'all of them elsewhere' });
  expect(bodies('/asked')).toEqual(bodies('/never-off'));
  await Promise.all([untilAtRest(interrupted.id), untilAtRest(always.id)]);
  expect(arrivals('/asked').toSorted()).toEqual(arrivals('/never-off').toSorted());
}, 240_000);
