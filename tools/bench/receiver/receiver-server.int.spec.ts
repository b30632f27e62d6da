import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import { ReceiverClient } from '../receiver-client.ts';
import { ReceiverServer } from './receiver-server.ts';

let server: ReceiverServer;
let client: ReceiverClient;
let pool: Pool;

beforeEach(async () => {
  server = new ReceiverServer();
  client = new ReceiverClient(`http://127.0.0.1:${await server.listen()}`);
  pool = new Pool(client.url, { connections: 4 });
});
afterEach(async () => {
  await pool.destroy();
  await server.close();
});

async function post(path: string, id?: string): Promise<number> {
  const headers = id === undefined ? {} : { 'webhook-id': id, 'webhook-signature': 'v1,abc' };
  const { statusCode, body } = await pool.request({ method: 'POST', path, headers, body: '{"type":"sale.created"}' });
  await body.dump();
  return statusCode;
}

test('the path says how a request is answered', async () => {
  expect(await post('/ok/1', 'a')).toBe(204);
  expect(await post('/slow/20/1', 'a')).toBe(204);
  expect(await post('/fail/1', 'a')).toBe(500);
  expect(await post('/elsewhere', 'a')).toBe(404);
});

test('a hanging path takes the request and never answers', async () => {
  const aborted = new AbortController();
  const headers = { 'webhook-id': 'a', 'webhook-signature': 'v1,abc' };
  const hanging = pool.request({ method: 'POST', path: '/hang/1', headers, body: 'x', signal: aborted.signal });
  while ((await client.counts())('/hang/1').requests === 0);
  aborted.abort();
  await expect(hanging).rejects.toThrow();
});

test('each path has a ledger of its own, with repeats', async () => {
  const ids = Array.from({ length: 200 }, (_, index) => `id-${index}`);
  await Promise.all(ids.map((id) => post('/ok/1', id)));
  await post('/ok/1', 'id-7');
  await post('/ok/2', 'id-7');
  const count = await client.counts();
  expect(count('/ok/1')).toEqual({ messages: 200, requests: 201, unsigned: 0 });
  expect(count('/ok/3')).toEqual({ messages: 0, requests: 0, unsigned: 0 });
  const book = (await client.ledger(['/ok/1', '/ok/3'])).get('/ok/1');
  const seventh = book?.ids.indexOf('id-7') ?? -1;
  expect([...(book?.ids ?? [])].sort()).toEqual([...ids].sort());
  expect(book?.requests[seventh]).toBe(2);
  expect(book?.last[seventh]).toBeGreaterThan(book?.first[seventh] ?? Infinity);
});

test('a request without an id or a signature is counted apart', async () => {
  await post('/ok/1');
  expect((await client.counts())('/ok/1')).toEqual({ messages: 0, requests: 1, unsigned: 1 });
});

test('the receiver forgets everything on request', async () => {
  await post('/ok/1', 'a');
  await client.forget();
  expect((await client.counts())('/ok/1').requests).toBe(0);
});
