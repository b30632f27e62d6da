import { afterEach, expect, test } from '@jest/globals';
import { RecordingReceiver } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { apiClient } from '../../api/client.ts';
import type { Delivery } from '../../api/openapi.gen.ts';
import { newAttempts } from './new-attempts.ts';

let signet: RecordingReceiver;
afterEach(() => signet.close());

const json = (status: number, body: object, headers: Record<string, string> = {}): ReceiverAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const attempts = (count: number): ReceiverAnswer =>
  json(200, { data: Array.from({ length: count }, (_, index) => ({ attempt: index + 1 })), nextCursor: null });
const refusal = (status: number, headers?: Record<string, string>): ReceiverAnswer =>
  json(status, { code: 'refused', detail: 'Not now.' }, headers);

const LISTED = { id: 'a', attemptCount: 2, unspentAttempts: 1 } as Delivery;

/** The numbers of the attempts that are new for a list with three attempts, and what was noted, when the API gives these answers. */
async function read(count: number, answers: readonly ReceiverAnswer[], stopped = new AbortController().signal) {
  signet = await RecordingReceiver.start({ respond: (_, index) => answers[index] ?? refusal(500) });
  const notes: string[] = [];
  const asking = { api: apiClient(signet.url, 'key'), stopped, note: (sentence: string) => void notes.push(sentence) };
  const found = await newAttempts(asking, { kind: 'attempts', delivery: LISTED, count });
  return { numbers: found.map(({ attempt }) => attempt), notes };
}

test('an attempt that was made after the list was read is left to the next list', async () => {
  expect((await read(2, [attempts(4)])).numbers).toEqual([2, 3]);
  expect(signet.requests.map(({ path }) => path)).toEqual(['/v1/deliveries/a/attempts']);
});

test.each([429, 503])('after %i it tries again when the answer says so', async (status) => {
  expect(await read(1, [refusal(status, { 'retry-after': '0' }), attempts(3)])).toEqual({
    numbers: [3],
    notes: [`Not now. (${status} refused) Trying again in 0 s.`],
  });
});

test('of a delivery that has been deleted there are none', async () =>
  expect(await read(1, [refusal(404)])).toEqual({ numbers: [], notes: [] }));

test('a key that is no longer accepted is an error', async () => {
  await expect(read(1, [refusal(401)])).rejects.toThrow('Not now. (401 refused)');
});

test('once it is stopped it does not try again', async () => {
  expect((await read(1, [refusal(503)], AbortSignal.abort())).numbers).toEqual([]);
  expect(signet.requests).toHaveLength(1);
});
