import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testBrokers } from '@signet/testing';
import { pingBrokers } from './start/ping-brokers.ts';
import { reachableKafka } from './start/preflight.ts';
import type { StartRefusedError } from './start/start-refused.error.ts';
import { EXIT_UNAVAILABLE } from './start/start-refused.error.ts';

const REAL = '127.0.0.1';
/** Long enough that the first try fails and is logged before the wait ends, also on a busy machine. */
const WAIT_MS = 3_000;
/** As long as the real one, so that the answers stay well-formed. */
const UNKNOWN = 'a.invalid';

let proxy: Server;
const [host = '', port = ''] = testBrokers()[0]?.split(':') ?? [];
beforeAll(async () => {
  // The broker behind another address: it answers, and advertises a host name that is unknown here.
  proxy = createServer((client) => {
    const broker = connect({ host, port: Number(port) });
    client.pipe(broker);
    broker.on('data', (bytes) =>
      client.write(Buffer.from(bytes.toString('latin1').replaceAll(REAL, UNKNOWN), 'latin1')),
    );
    broker.on('close', () => client.destroy()).on('error', () => client.destroy());
    client.on('close', () => broker.destroy()).on('error', () => broker.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
afterAll(() => void proxy.close());

test('a Kafka whose brokers can be reached answers', async () => {
  await pingBrokers({ brokers: testBrokers(), clientId: 'test' });
});

test('a Kafka that names a host which is unknown here is no Kafka, and the sentence says which host', async () => {
  const asked = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const lines: string[] = [];
  const logger = { info: () => undefined, warn: (_: object, line: string) => void lines.push(line) };
  const trying = reachableKafka({ brokers: [asked], clientId: 'test' }, { logger, longestMs: WAIT_MS });
  const error: unknown = await trying.catch((reason: unknown) => reason);
  const { message, exitCode } = error as StartRefusedError;
  expect(exitCode).toBe(EXIT_UNAVAILABLE);
  expect(message).toMatch(
    new RegExp(
      `^Kafka could not be reached within 3 s: Kafka at ${asked} says that its brokers are at ${UNKNOWN}:${port} ` +
        `\\(advertised\\.listeners\\); ${UNKNOWN}:${port}: \\w+\\. Check SIGNET_KAFKA_BROKERS\\.$`,
    ),
  );
  expect(lines[0]).toContain(`${UNKNOWN}:${port}`);
});
