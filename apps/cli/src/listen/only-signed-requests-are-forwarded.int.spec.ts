import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { generateSecret, parseSecret, sign } from '@signet/signature';
import { RecordingReceiver } from '@signet/testing';
import { forward } from './forward.ts';
import type { Forwarded } from './forward.ts';
import { Listener } from './listener.ts';

const SECRET = generateSecret();
const NOW = 1_772_359_200;
const BODY = '{"type":"sale.created","data":{"total":1290.50}}';

let receiver: RecordingReceiver;
let listener: Listener;
let forwarded: Forwarded[];
beforeEach(async () => {
  forwarded = [];
  receiver = await RecordingReceiver.start({
    respond: () => ({ status: 503, headers: { 'retry-after': '7', 'x-inner': '1' }, body: 'not now' }),
  });
  listener = await Listener.start({
    host: '127.0.0.1',
    port: 0,
    secret: () => SECRET,
    nowSeconds: () => NOW,
    onDelivery: async (incoming) => {
      const result = await forward(new URL('/hooks?shop=1', receiver.url), incoming);
      forwarded.push(result);
      return result;
    },
  });
});
afterEach(async () => {
  await listener.close();
  await receiver.close();
});

const post = (signature: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${listener.port}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Signet/0.3',
      'webhook-id': 'a',
      'webhook-timestamp': String(NOW),
      'webhook-signature': signature,
    },
    body: BODY,
  });
const genuine = (): string => sign(parseSecret(SECRET), 'a', NOW, Buffer.from(BODY));

test('the same bytes and headers arrive, and Signet gets the answer of the receiver', async () => {
  const answer = await post(genuine());
  expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([503, '7', 'not now']);
  expect(answer.headers.get('x-inner')).toBeNull();
  expect(receiver.requests).toMatchObject([
    {
      method: 'POST',
      path: '/hooks?shop=1',
      body: Buffer.from(BODY),
      headers: { 'user-agent': 'Signet/0.3', 'webhook-id': 'a', 'webhook-signature': genuine() },
    },
  ]);
  expect(forwarded).toMatchObject([{ statusCode: 503 }]);
});

test('a request that the secret has not signed is refused and not forwarded', async () => {
  const answer = await post(genuine().replace('v1,', 'v1,x'));
  expect([answer.status, await answer.text()]).toEqual([
    401,
    'signet listen takes only requests that Signet has signed.\n',
  ]);
  expect(receiver.requests).toEqual([]);
});

test('without a local receiver, Signet gets 502 and will try again', async () => {
  await receiver.close();
  const answer = await post(genuine());
  expect([answer.status, await answer.text()]).toEqual([502, `signet listen: ${receiver.url}: ECONNREFUSED\n`]);
  expect(forwarded).toMatchObject([{ error: `${receiver.url}: ECONNREFUSED` }]);
});

test('an address that is taken is named', async () => {
  const options = { secret: () => SECRET, nowSeconds: () => NOW, onDelivery: () => Promise.reject(new Error()) };
  await expect(Listener.start({ host: '127.0.0.1', port: receiver.port, ...options })).rejects.toThrow(
    `signet cannot listen on 127.0.0.1:${receiver.port}: EADDRINUSE.`,
  );
});
