import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { createGateway } from './gateway/gateway-proxy.ts';

/** A process of a service with its management port. */
class Fake {
  readonly public: RecordingReceiver;
  readonly management: RecordingReceiver;
  isReady = true;
  answer: ReceiverAnswer = { status: 202 };

  private constructor(own: { public: RecordingReceiver; management: RecordingReceiver }) {
    this.public = own.public;
    this.management = own.management;
  }

  static async start(): Promise<Fake> {
    // Each answer depends on the state of the fake process at that moment.
    const fake: Fake = new Fake({
      public: await RecordingReceiver.start({ respond: () => fake.answer }),
      management: await RecordingReceiver.start({ respond: () => ({ status: fake.isReady ? 200 : 503 }) }),
    });
    return fake;
  }

  get received(): number {
    return this.public.requests.length;
  }

  /** The gateway has asked it so often from now on. */
  async isAsked(times: number): Promise<void> {
    const before = this.management.requests.length;
    await waitFor(() => this.management.requests.length >= before + times, { what: 'the gateway to ask' });
  }

  async close(): Promise<void> {
    await Promise.all([this.public.close(), this.management.close()].map((closed) => closed.catch(() => undefined)));
  }
}

let first: Fake;
let second: Fake;
let other: RecordingReceiver;
let gateway: Server;
let url: string;

beforeEach(async () => {
  [first, second, other] = [await Fake.start(), await Fake.start(), await RecordingReceiver.start()];
  const ingestion = [first, second].map((fake) => ({ url: fake.public.url, managementUrl: fake.management.url }));
  gateway = createGateway({ registry: [other], ingestion, delivery: [other] });
  await once(gateway.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  // The second question follows the first answer.
  await Promise.all([first.isAsked(2), second.isAsked(2)]);
});
afterEach(async () => {
  gateway.closeAllConnections();
  await once(gateway.close(), 'close');
  await Promise.all([first.close(), second.close(), other.close()]);
});

const post = (): Promise<Response> => fetch(`${url}/v1/events`, { method: 'POST', body: '{"id":"1"}' });

async function statusesOf(count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let sent = 0; sent < count; sent++) statuses.push((await post()).status);
  return statuses;
}

test('all processes that are ready take turns', async () => {
  expect(new Set(await statusesOf(20))).toEqual(new Set([202]));
  expect([first.received, second.received]).toEqual([10, 10]);
});

test('a process that stops says so and gets no more requests, so that no caller is refused', async () => {
  first.isReady = false;
  await first.isAsked(2);
  const before = first.received;
  // From here on it would refuse requests.
  first.answer = { status: 503 };
  expect(new Set(await statusesOf(20))).toEqual(new Set([202]));
  expect(first.received).toBe(before);

  first.isReady = true;
  first.answer = { status: 202 };
  await first.isAsked(2);
  await statusesOf(4);
  expect(first.received).toBeGreaterThan(before);
});

test('a request for a process that is gone goes to the other, since nothing of it was sent', async () => {
  // Its management port still says that it is ready.
  await first.public.close();
  expect(new Set(await statusesOf(20))).toEqual(new Set([202]));
  expect(second.received).toBe(20);
  expect(second.public.requests.every(({ body }) => body.toString() === '{"id":"1"}')).toBe(true);
});

test('a process that dies with a request has perhaps done the work: no other process gets the request', async () => {
  second.isReady = false;
  await second.isAsked(2);
  first.answer = { hang: true };
  const answer = post();
  await waitFor(() => first.received === 1, { what: 'the request to arrive' });
  await first.public.close();
  expect((await answer).status).toBe(502);
  expect(second.received).toBe(0);
});

test('where no process is ready, one gets the request all the same, and says when to try again', async () => {
  [first.isReady, second.isReady] = [false, false];
  first.answer = second.answer = { status: 503, headers: { 'retry-after': '7' } };
  await Promise.all([first.isAsked(2), second.isAsked(2)]);
  const stopping = await post();
  expect([stopping.status, stopping.headers.get('retry-after')]).toEqual([503, '7']);

  await Promise.all([first.public.close(), second.public.close()]);
  const gone = await post();
  expect([gone.status, gone.headers.get('retry-after')]).toEqual([503, '1']);
});
