import { afterEach, expect, test } from '@jest/globals';
import { RecordingReceiver } from './recording-receiver.ts';
import { waitFor } from '../wait-for.ts';

let receiver: RecordingReceiver;
afterEach(() => receiver.close());

test('a request is kept with its method, path, headers and exact bytes', async () => {
  receiver = await RecordingReceiver.start();
  const body = Buffer.from([0x7b, 0xff, 0x7d]);
  const response = await fetch(`${receiver.url}/hooks?a=1`, { method: 'POST', headers: { 'X-Test': 'yes' }, body });
  expect(response.status).toBe(200);
  const [request] = receiver.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/hooks?a=1', headers: { 'x-test': 'yes' } });
  expect(request?.body.equals(body)).toBe(true);
});

test('answers follow the order of arrival', async () => {
  const answers = [{ status: 500 }, { status: 503, headers: { 'retry-after': '7' } }, { status: 201, body: 'done' }];
  receiver = await RecordingReceiver.start({ respond: (_request, index) => answers[index] ?? {} });
  const statuses = [];
  for (let sent = 0; sent < 3; sent++) statuses.push((await fetch(receiver.url, { method: 'POST' })).status);
  expect(statuses).toEqual([500, 503, 201]);
});

test('a receiver that hangs keeps the request and is closed none the less', async () => {
  receiver = await RecordingReceiver.start({ respond: () => ({ hang: true }) });
  const unanswered = fetch(receiver.url, { method: 'POST' }).catch((error: unknown) => error);
  await waitFor(() => receiver.requests.length === 1, { what: 'the request' });
  await receiver.close();
  expect(await unanswered).toMatchObject({ message: 'fetch failed' });
  receiver = await RecordingReceiver.start({ port: receiver.port });
});
