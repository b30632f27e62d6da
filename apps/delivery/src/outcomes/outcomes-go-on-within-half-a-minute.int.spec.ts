import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DELIVERY_OUTCOMES, systemClock, TOPICS } from '@signet/contracts';
import { ensureTopics, RecordProducer } from '@signet/kafka';
import { pinoLogger } from '@signet/service-kit';
import { consume, Gate, RecordingReceiver, testBrokers, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { OutcomesRelay } from './outcomes.relay.ts';

const client = { brokers: testBrokers(), clientId: 'delivery-test' };
const producer = new RecordProducer({ client, name: 'test' });
const logger = pinoLogger('test', 'silent');
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
/** The way to PostgreSQL of the replica that publishes first. */
let gate: Gate;
let holder: OutcomesRelay;
let waiting: OutcomesRelay;
beforeAll(async () => {
  await ensureTopics(client, TOPICS);
  await producer.connect();
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start();
  gate = await Gate.to(fixture.databaseUrl);
  const relay = (url: string): OutcomesRelay =>
    new OutcomesRelay({ url }, fixture.database, producer, systemClock, logger);
  holder = relay(gate.url);
  waiting = relay(fixture.databaseUrl);
  holder.start();
  await waitFor(() => holder.role === 'publishing', { what: 'the first to publish' });
  waiting.start();
  await waitFor(() => waiting.role === 'waiting', { what: 'the second to wait' });
});
afterAll(async () => {
  gate.thaw();
  await Promise.all([holder.stop(), waiting.stop()]);
  await gate.close();
  await receiver.close();
  await fixture.close();
  await producer.close();
});

test('the holder of the lock stands still, its connection open: another replica publishes within 30 s', async () => {
  gate.freeze();
  const frozenAt = performance.now();
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, ['m-1']));
  const own = ({ key }: { key: Buffer | null }) => key?.toString() === webhook.id;
  await consume(DELIVERY_OUTCOMES, { until: (all) => all.some(own) });
  const seconds = (performance.now() - frozenAt) / 1_000;
  logger.info({ seconds }, 'published again');
  expect(seconds).toBeLessThan(30);
  expect(holder.role).not.toBe('waiting');
});
