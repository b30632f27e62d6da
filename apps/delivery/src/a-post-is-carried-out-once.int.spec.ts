import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { sql } from 'kysely';
import { DeliveryCommands } from './delivery/http/delivery.commands.ts';
import type { DeliveryRow } from './delivery/storage/delivery.projection.ts';
import type { ApiAnswer, ApiRequest } from './testing/delivery-api.ts';
import { DeliveryApi } from './testing/delivery-api.ts';
import { DispatchFixture, requestBatch } from './testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let api: DeliveryApi;
let webhook: WebhookSnapshot;
let failed: DeliveryRow;
let key: string;

beforeAll(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: 500 }) });
  api = await DeliveryApi.on(fixture);
  webhook = fixture.webhook(receiver.url, { maxAttempts: 1, tenantId: newId() });
  api.knows(webhook);
  key = await api.newKey(webhook.tenantId);
  const service = await fixture.serve();
  await service.intake.take(requestBatch(webhook, ['m-1']));
  failed = await waitFor(
    async () => (await fixture.reader.list({ tenantId: webhook.tenantId, status: 'FAILED' }, null, 1))[0],
    { what: 'the delivery to have failed' },
  );
  // From here on no replica sends the retries: the test counts only the retries that were requested.
  await service.stop();
});
afterAll(async () => {
  await api?.stop();
  await receiver?.close();
  await fixture?.close();
});

const post = (path: string, idempotencyKey: string, more: Partial<ApiRequest> = {}): Promise<ApiAnswer> =>
  api.call('POST', path, { key, headers: { 'idempotency-key': idempotencyKey }, ...more });
const retries = async (): Promise<number> => {
  const record = await fixture.reader.find(failed.id, null);
  return (record?.events ?? []).filter(({ type }) => type === 'DeliveryRetryRequested').length;
};
const replayBody = (more: object = {}) => ({
  webhookId: webhook.id,
  since: new Date(Date.now() - 60_000).toISOString(),
  status: 'all',
  ...more,
});

test('a retry that is asked for twice is one more attempt, and the answer is the same', async () => {
  const path = `/v1/deliveries/${failed.id}/retry`;
  const before = await retries();
  const idempotencyKey = newId();
  const first = await post(path, idempotencyKey);
  expect(first).toMatchObject({ status: 202, json: { id: failed.id } });
  const again = await post(path, idempotencyKey);
  expect(again).toMatchObject({ status: 202, json: first.json });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await retries()).toBe(before + 1);
  await post(path, newId());
  expect(await retries()).toBe(before + 2);
});

test('if twenty requests at once ask for the same replay, one is carried out; another body is another request', async () => {
  const idempotencyKey = newId();
  const body = replayBody();
  const answers = await Promise.all(Array.from({ length: 20 }, () => post('/v1/replays', idempotencyKey, { body })));
  expect(new Set(answers.map(({ status }) => status)).size).toBeLessThanOrEqual(2);
  const refused = answers.filter(({ status }) => status !== 201);
  expect(refused.every(({ json }) => json['code'] === 'idempotency_key_under_way')).toBe(true);
  const replays = await api.call('GET', `/v1/replays?webhookId=${webhook.id}`, { key });
  expect(replays.json.data).toHaveLength(1);
  const again = await post('/v1/replays', idempotencyKey, { body });
  expect(again).toMatchObject({ status: 201, json: { id: replays.json.data[0]?.['id'] } });
  expect(again.headers.get('location')).toBe(`/v1/replays/${again.json.id}`);
  expect(await post('/v1/replays', idempotencyKey, { body: replayBody({ status: 'failed' }) })).toMatchObject({
    status: 422,
    json: { code: 'idempotency_key_reused' },
  });
});

test('a job that is asked for twice is one job', async () => {
  const idempotencyKey = newId();
  const body = { action: 'delete', status: 'SUCCESS', since: new Date(Date.now() - 60_000).toISOString() };
  const first = await post('/v1/deliveries/jobs', idempotencyKey, { body });
  expect(first).toMatchObject({ status: 201, json: { action: 'delete', state: 'running' } });
  expect(await post('/v1/deliveries/jobs', idempotencyKey, { body })).toMatchObject({ status: 201, json: first.json });
  expect((await api.call('GET', '/v1/deliveries/jobs', { key })).json.data).toHaveLength(1);
});

test('the command and the note that it was carried out are one commit', async () => {
  const before = await retries();
  const crashed = new DeliveryCommands(fixture.database, fixture.reader, systemClock, () =>
    Promise.reject(new Error('The claim went to a repetition.')),
  );
  await expect(crashed.retry(failed.id, webhook.tenantId, 'an-operator')).rejects.toThrow('went to a repetition');
  expect(await retries()).toBe(before);
});

test('kept answers are sealed', async () => {
  const { rows } = await sql<{ sealed_answer: string }>`select * from idempotency_keys`.execute(fixture.database.query);
  expect(rows.length).toBeGreaterThan(1);
  expect(rows.every(({ sealed_answer: sealed }) => sealed.startsWith('v1.test.'))).toBe(true);
  expect(JSON.stringify(rows)).not.toContain(webhook.id);
});

test('every POST takes a key, and says so in the OpenAPI document', async () => {
  const { paths } = (await api.call('GET', '/openapi.json', { key })).json as unknown as {
    paths: Record<string, { post?: { parameters: { name: string }[] } }>;
  };
  const posts = Object.entries(paths).filter(([, { post }]) => post);
  expect(posts.map(([path]) => path).toSorted()).toEqual([
    '/v1/circuits/{webhookId}/close',
    '/v1/deliveries/jobs',
    '/v1/deliveries/{id}/retry',
    '/v1/replays',
  ]);
  for (const [, operation] of posts)
    expect(operation.post?.parameters).toContainEqual(expect.objectContaining({ name: 'Idempotency-Key' }));
});
