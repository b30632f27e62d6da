import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RecordingReceiver } from '@signet/testing';
import { createGateway } from './gateway-proxy.ts';

let services: Record<'registry' | 'ingestion' | 'delivery', RecordingReceiver>;
let gateway: Server;
let url: string;

beforeEach(async () => {
  const start = (name: string): Promise<RecordingReceiver> =>
    RecordingReceiver.start({ respond: () => ({ status: 202, headers: { 'x-service': name }, body: 'taken' }) });
  services = {
    registry: await start('registry'),
    ingestion: await start('ingestion'),
    delivery: await start('delivery'),
  };
  const { registry, ingestion, delivery } = services;
  gateway = createGateway({ registry: [registry], ingestion: [ingestion], delivery: [delivery] });
  await once(gateway.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});

afterEach(async () => {
  gateway.closeAllConnections();
  await once(gateway.close(), 'close');
  await Promise.all(Object.values(services).map((service) => service.close().catch(() => undefined)));
});

test('a request reaches the owner of its path with its bytes, headers and query', async () => {
  const body = Buffer.alloc(2 * 1024 * 1024, 0xfe);
  const response = await fetch(`${url}/v1/events?a=1`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer k',
      'content-type': 'application/cloudevents+json',
      'x-forwarded-for': '6.6.6.6',
    },
    body,
  });
  expect([response.status, response.headers.get('x-service'), await response.text()]).toEqual([
    202,
    'ingestion',
    'taken',
  ]);
  const [request] = services.ingestion.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/v1/events?a=1' });
  expect(request?.headers).toMatchObject({ authorization: 'Bearer k', 'x-forwarded-for': '127.0.0.1' });
  expect(request?.body.equals(body)).toBe(true);
});

test('a body above 2 MiB is refused and reaches no service', async () => {
  const response = await fetch(`${url}/v1/events`, { method: 'POST', body: Buffer.alloc(2 * 1024 * 1024 + 1) });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ status: 413, code: 'body_too_large' });
  expect(services.ingestion.requests).toHaveLength(0);
});

test('a service that is down is a 503 that may be repeated, and the others go on', async () => {
  await services.delivery.close();
  const down = await fetch(`${url}/v1/deliveries`);
  expect([down.status, down.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
  expect(await down.json()).toMatchObject({ code: 'service_unavailable' });
  expect((await fetch(`${url}/v1/webhooks`)).status).toBe(202);
});

test('a service that dies in the middle of a request is a 502', async () => {
  const hanging = await RecordingReceiver.start({
    respond: () => ({ hang: true }),
    port: await portOf(services.delivery),
  });
  services.delivery = hanging;
  const answer = fetch(`${url}/v1/deliveries`);
  while (hanging.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await hanging.close();
  expect((await answer).status).toBe(502);
});

async function portOf(receiver: RecordingReceiver): Promise<number> {
  await receiver.close();
  return receiver.port;
}
