import { expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { KafkaBatchServer } from './consuming/batch-server.ts';
import { silentLogger } from './connection/client.ts';
import { tellingOfLostOffsets } from './consuming/lost-offsets.ts';

test('a consumer that waits for a Kafka that is not there is alive, whatever the watchdog says', async () => {
  const client = { brokers: [`127.0.0.1:${await freePort()}`], clientId: 'test' };
  const server = new KafkaBatchServer({
    client,
    groupId: 'group',
    transportId: Symbol('test'),
    deadLetterTopic: 'dead',
    watchdogMs: 0,
  });
  const starting = server.start();
  expect(server.isAlive()).toBe(true);
  await server.close();
  await starting;
});

test('each line that kafkajs says is a sign of life', () => {
  let lines = 0;
  const logger = tellingOfLostOffsets(
    silentLogger,
    () => undefined,
    () => void (lines += 1),
  );
  logger.debug({}, 'Connection error: connect ECONNREFUSED');
  expect(lines).toBe(1);
});
