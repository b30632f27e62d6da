import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { stopIdleTimer } from '../connection/idle-timer.ts';
import { silentLogger } from '../connection/client.ts';
import { tellingOfLostOffsets } from '../consuming/lost-offsets.ts';
import type { LostOffset } from '../consuming/lost-offsets.ts';
import { UNREADABLE_HEADER } from '../consuming/unreadable-records.ts';
import { registerCodecs } from '../producing/compression.ts';
import { keepMonotonicTimes } from './monotonic-times.ts';

/*
 * docs/adr/0050-patches-of-kafkajs.md lists the patches. A test here fails when the code of kafkajs that a patch relies on has
 * changed: read the new code, decide whether the patch is still right and still needed, and then update the test and the page.
 */

const require = createRequire(import.meta.url);
const load = <T>(module: string): T => require(`kafkajs/src/${module}`) as T;
type Method = (...args: unknown[]) => unknown;

/** The first digits of the digest of the method's source, without its layout. */
const digestOf = (method: Method): string =>
  createHash('sha256').update(method.toString().replaceAll(/\s+/g, ' ')).digest('hex').slice(0, 12);

/** Each method that a patch replaces or calls: number of its parameters, digest of its source. */
const METHODS = [
  ['network/requestQueue', 'scheduleCheckPendingRequests', 0, '7d92229d9754'],
  ['network/requestQueue', 'checkPendingRequests', 0, 'd652a25fd35a'],
  ['network/requestQueue', 'push', 1, 'ec02432c568e'],
  ['network/requestQueue', 'maybeThrottle', 1, 'cb7e335e7688'],
  ['network/requestQueue', 'canSendSocketRequestImmediately', 0, '6bddd3e106fd'],
  ['network/requestQueue', 'scheduleRequestTimeoutCheck', 0, '164eadbad561'],
  ['network/requestQueue/socketRequest', 'send', 0, '0501153a06af'],
  ['network/requestQueue/socketRequest', 'completed', 1, '366bdb96b7fd'],
  ['network/connectionPool', 'getConnection', 0, 'b2fd005af76c'],
  ['network/connectionPool', 'getConnectionByRequest', 1, '15dceb73ec3e'],
  ['cluster', 'connect', 0, '41b6488d13c0'],
  ['cluster/brokerPool', 'connect', 0, '73e8f85e43ee'],
  ['cluster/brokerPool', 'connectBroker', 1, '17437981bd91'],
  ['cluster/brokerPool', 'createSeedBroker', 0, 'ec7c649db07a'],
  ['cluster/brokerPool', 'disconnect', 0, '1070be9aba0d'],
  ['broker', 'fetch', 1, '0ab8ca10249b'],
  ['broker', 'describeGroups', 1, 'd732622aca85'],
  ['broker', 'leaveGroup', 1, '13d5fa2f5e68'],
  ['consumer/consumerGroup', 'joinAndSync', 0, '7f09664bac6c'],
  ['consumer/consumerGroup', 'leave', 0, 'fc4c2d0cb02e'],
  ['consumer/consumerGroup', 'recoverFromOffsetOutOfRange', 1, 'af6a8e794c69'],
] as const;

test.each(METHODS)('%s: %s is the method that the patches were written for', (module, name, parameters, digest) => {
  const { prototype } = load<{ prototype: Record<string, Method | undefined> }>(module);
  const method = prototype[name];
  expect(method).toBeInstanceOf(Function);
  expect(method!.length).toBe(parameters);
  expect(digestOf(method!)).toBe(digest);
});

const home = dirname(require.resolve('kafkajs/package.json'));
const sources = readdirSync(join(home, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.js') && !entry.name.includes('.spec.'))
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { name: relative(join(home, 'src'), path).split(sep).join('/'), text: readFileSync(path, 'utf8') };
  });
/** Each file that contains the text, as often as it does, in the order of the alphabet. */
const placesOf = (text: string): string[] =>
  sources.flatMap(({ name, text: source }) => Array<string>(source.split(text).length - 1).fill(name)).toSorted();

test('every join and every leave of a group goes through the two methods that the announcement wraps', () => {
  expect(placesOf('.joinGroup(')).toEqual(['consumer/consumerGroup.js']);
  expect(placesOf('[PRIVATE.JOIN]()')).toEqual(Array(2).fill('consumer/consumerGroup.js'));
  expect(placesOf('.leaveGroup(')).toEqual(['consumer/consumerGroup.js']);
});

test('a client has one logger, by which its brokers are known', () => {
  expect(placesOf('this.rootLogger = logger')).toEqual(['broker/index.js', 'cluster/brokerPool.js']);
  expect(placesOf('logger: this.rootLogger')).toEqual([
    'cluster/brokerPool.js',
    'cluster/brokerPool.js',
    'cluster/index.js',
  ]);
});

test.each([
  // Set by the constructor and after each heartbeat.
  ['lastRequest', ['consumer/consumerGroup.js', 'consumer/consumerGroup.js']],
  // Set by the constructor and by `send`; an error about the request copies it.
  ['sentAt', ['errors.js', 'network/requestQueue/socketRequest.js', 'network/requestQueue/socketRequest.js']],
  // Set by the constructor and by `maybeThrottle`.
  ['throttledUntil', ['network/requestQueue/index.js', 'network/requestQueue/index.js']],
])('%s is assigned as a field: a class field would hide the accessor of the prototype', (field, places) => {
  expect(placesOf(`this.${field} = `)).toEqual(places);
});

describe('the queue of requests of one connection', () => {
  interface Queue {
    throttledUntil: number;
    canSendSocketRequestImmediately(): boolean;
    checkPendingRequests(): void;
    maybeThrottle(ms: number): void;
    scheduleRequestTimeoutCheck(): void;
    push(request: object): void;
    destroy(): void;
  }
  const newQueue = (): Queue => {
    const RequestQueue = load<new (options: object) => Queue>('network/requestQueue');
    const logger = { debug() {}, warn() {} };
    return new RequestQueue({
      requestTimeout: 15_000,
      clientId: 'test',
      broker: 'kafka:9092',
      logger,
      isConnected: () => true,
      enforceRequestTimeout: true,
    });
  };
  let queue: Queue;

  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => {
    queue.destroy();
    jest.useRealTimers();
  });

  test('arms a timer by itself although nothing is pending, and with the patch does not', () => {
    queue = newQueue();
    queue.checkPendingRequests();
    expect(jest.getTimerCount()).toBe(1);
    queue.destroy();
    stopIdleTimer();
    queue.checkPendingRequests();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('with the patches ends a request that was not answered in time, and looks for such requests once a second', () => {
    stopIdleTimer();
    keepMonotonicTimes();
    queue = newQueue();
    queue.scheduleRequestTimeoutCheck();
    expect(jest.getTimerCount()).toBe(1);
    const errors: Error[] = [];
    const entry = { correlationId: 1, reject: (error: Error) => errors.push(error) };
    queue.push({ entry, expectResponse: true, sendRequest: () => undefined });
    jest.advanceTimersByTime(14_900);
    expect(errors).toEqual([]);
    jest.advanceTimersByTime(1_200);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ name: 'KafkaJSRequestTimeoutError' });
  });

  test('with the patches sends a request that was throttled when the throttling ends', () => {
    stopIdleTimer();
    keepMonotonicTimes();
    queue = newQueue();
    queue.maybeThrottle(1_000);
    const sent: string[] = [];
    queue.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest: () => sent.push('request') });
    jest.advanceTimersByTime(900);
    expect(sent).toEqual([]);
    jest.advanceTimersByTime(200);
    expect(sent).toEqual(['request']);
  });

  test('with the patch is throttled as long as Kafka asks for, although the wall clock is set forward', () => {
    keepMonotonicTimes();
    queue = newQueue();
    queue.maybeThrottle(10_000);
    jest.setSystemTime(Date.now() + 3_600_000);
    expect(queue.canSendSocketRequestImmediately()).toBe(false);
    jest.advanceTimersByTime(10_001);
    expect(queue.canSendSocketRequestImmediately()).toBe(true);
  });
});

test.each([7, 8, 9, 10, 11])('a fetch request of version %d has the fields of a session', async (version) => {
  const request = load<(fields: object) => { encode(): Promise<{ buffer: Buffer }> }>(
    `protocol/requests/fetch/v${version}/request`,
  );
  const fields = { replicaId: -1, maxWaitTime: 1, minBytes: 1, maxBytes: 1, topics: [], rackId: '' };
  const bytes = async (session: object): Promise<string> =>
    (await request({ ...fields, ...session }).encode()).buffer.toString('hex');
  const [sessionId, sessionEpoch] = ['01020304', '05060708'];
  const numbers = { sessionId: Number(`0x${sessionId}`), sessionEpoch: Number(`0x${sessionEpoch}`) };
  // Without them, a full fetch outside of a session.
  expect(await bytes({})).toContain('00000000ffffffff');
  expect(await bytes(numbers)).toContain(sessionId + sessionEpoch);
  const forgotten = [{ topic: 'forgotten', partitions: [0x0a0b0c0d] }];
  expect(await bytes({ ...numbers, forgottenTopics: forgotten })).toContain('0a0b0c0d');
});

test('a fetch builds its request by `lookupRequest` of the broker that it is called on', async () => {
  const Broker = load<new (options: object) => object & { fetch(request: object): Promise<unknown> }>('broker');
  const connectionPool = { send: async (request: unknown) => request };
  const broker = new Broker({ connectionPool, logger: { namespace: () => undefined } });
  const asked: unknown[] = [];
  const adding = Object.create(broker, {
    lookupRequest: {
      value: (apiKey: number) => {
        asked.push(apiKey);
        return (fields: object) => ({ ...fields, sessionId: 7 });
      },
    },
  }) as typeof broker;
  expect(await adding.fetch({ topics: [] })).toMatchObject({ topics: [], sessionId: 7 });
  expect(asked).toEqual([1]);
});

test('kafkajs says in a log line that it begins a partition anew, and the logger tells of it', async () => {
  const ConsumerGroup =
    load<new (options: object) => { offsetManager: object; recoverFromOffsetOutOfRange: Method }>(
      'consumer/consumerGroup',
    );
  const lost: LostOffset[] = [];
  const logger = tellingOfLostOffsets(
    silentLogger,
    ({ topic, partition }) => lost.push({ topic, partition }),
    () => undefined,
  );
  const group = new ConsumerGroup({
    retry: {},
    cluster: {},
    groupId: 'group',
    topics: [],
    logger: { namespace: () => ({ error: (message: string, fields: object) => logger.debug(fields, message) }) },
  });
  group.offsetManager = { setDefaultOffset: async () => undefined };
  await group.recoverFromOffsetOutOfRange({ topic: 'sale', partition: 3 });
  expect(lost).toEqual([{ topic: 'sale', partition: 3 }]);
});

test('kafkajs reads as many records of a batch as its header says, from whatever the codec returns', async () => {
  registerCodecs();
  interface Decoded {
    readonly records: readonly { readonly offset: string; readonly headers: Record<string, unknown> }[];
  }
  const decode = load<(decoder: object) => Promise<Decoded>>('protocol/recordBatch/v0/decoder');
  const Decoder = load<new (buffer: Buffer) => object>('protocol/decoder');
  const { records } = await decode(new Decoder(unreadableBatch(100n, 3)));
  expect(records.map(({ offset }) => offset)).toEqual(['100', '101', '102']);
  for (const { headers } of records) expect(Object.keys(headers)).toEqual([UNREADABLE_HEADER]);
});

/** A batch in message format 2 that claims to be compressed with Zstandard, and is not. */
function unreadableBatch(firstOffset: bigint, count: number): Buffer {
  const packed = Buffer.from('this is not Zstandard');
  const body = Buffer.alloc(4 + 1 + 4 + 2 + 4 + 8 + 8 + 8 + 2 + 4 + 4);
  const [magicAt, attributesAt, lastDeltaAt, countAt] = [4, 9, 11, body.length - 4];
  body.writeInt8(2, magicAt);
  body.writeInt16BE(kafkajs.CompressionTypes.ZSTD, attributesAt);
  body.writeInt32BE(count - 1, lastDeltaAt);
  body.writeInt32BE(count, countAt);
  const head = Buffer.alloc(8 + 4);
  head.writeBigInt64BE(firstOffset, 0);
  head.writeInt32BE(body.length + packed.length, 8);
  return Buffer.concat([head, body, packed]);
}
