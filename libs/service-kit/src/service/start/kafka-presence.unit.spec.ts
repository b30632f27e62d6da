import { expect, test } from '@jest/globals';
import { KafkaPresence } from './kafka-presence.ts';
import { StartRefusedError } from './start-refused.error.ts';

const refusal = new StartRefusedError('Kafka refuses what SIGNET_KAFKA_PASSWORD says.');
const LONG_MS = 600_000;

/** A search for Kafka that ends when the test says so. */
function search() {
  let found!: () => void;
  let failed!: (error: unknown) => void;
  const ended = new Promise<void>((resolve, reject) => ([found, failed] = [resolve, reject]));
  return { find: () => ended, found, failed };
}
/** All that is ready to run has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('with a Kafka that is there at once, the start does not wait', async () => {
  const presence = await KafkaPresence.look(() => Promise.resolve(), LONG_MS);
  const done: string[] = [];
  presence.whenThere(() => void done.push('work'));
  await settled();
  expect([presence.isThere, presence.wasThereAtStart, done]).toEqual([true, true, ['work']]);
});

test('without Kafka the start goes on, and work that needs Kafka begins when it comes', async () => {
  const { find, found } = search();
  const presence = await KafkaPresence.look(find, 1);
  const done: string[] = [];
  presence.whenThere(() => void done.push('work'));
  await settled();
  expect([presence.isThere, done]).toEqual([false, []]);
  found();
  await settled();
  expect([presence.isThere, presence.wasThereAtStart, done]).toEqual([true, false, ['work']]);
});

test('a Kafka that refuses the settings at once stops the start', async () => {
  await expect(KafkaPresence.look(() => Promise.reject(refusal), LONG_MS)).rejects.toBe(refusal);
});

test('a Kafka that comes later and refuses the settings is reported', async () => {
  const { find, failed } = search();
  const presence = await KafkaPresence.look(find, 1);
  const told: unknown[] = [];
  presence.onFailed((error) => told.push(error));
  failed(refusal);
  await settled();
  expect([presence.isThere, told]).toEqual([false, [refusal]]);
});

test('work that fails is reported, too', async () => {
  const presence = KafkaPresence.there();
  const told: unknown[] = [];
  presence.whenThere(() => Promise.reject(refusal));
  presence.onFailed((error) => told.push(error));
  await settled();
  expect(told).toEqual([refusal]);
});

test('after a stop no work begins, and no failure is reported', async () => {
  const { find, found } = search();
  const presence = await KafkaPresence.look(find, 1);
  const done: unknown[] = [];
  presence.whenThere(() => void done.push('work'));
  presence.onFailed((error) => done.push(error));
  presence.stop();
  found();
  await settled();
  expect([presence.isThere, done]).toEqual([false, []]);
});

test('an aborted start ends the search', async () => {
  const starting = new AbortController();
  let searching: AbortSignal | undefined;
  const looking = KafkaPresence.look(
    (signal) => {
      searching = signal;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    },
    LONG_MS,
    starting.signal,
  );
  starting.abort(new Error('stopped'));
  await expect(looking).rejects.toThrow('stopped');
  expect(searching?.aborted).toBe(true);
});
