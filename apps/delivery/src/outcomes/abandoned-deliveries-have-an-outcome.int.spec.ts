import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DELIVERY_OUTCOMES, deliveryOutcome, systemClock, TOPICS } from '@signet/contracts';
import { ensureTopics, RecordProducer } from '@signet/kafka';
import { pinoLogger } from '@signet/service-kit';
import { consume, RecordingReceiver, testBrokers, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { OutcomesRelay } from './outcomes.relay.ts';

const client = { brokers: testBrokers(), clientId: 'delivery-test' };
const producer = new RecordProducer({ client, name: 'test' });
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let relay: OutcomesRelay;
beforeAll(async () => {
  await ensureTopics(client, TOPICS);
  await producer.connect();
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: 500 }) });
  const logger = pinoLogger('test', 'silent');
  relay = new OutcomesRelay({ url: fixture.databaseUrl }, fixture.database, producer, systemClock, logger);
  relay.start();
});
afterAll(async () => {
  await relay.stop();
  await receiver.close();
  await fixture.close();
  await producer.close();
});

test('a failed attempt and the end of its delivery are two outcomes, in this order', async () => {
  const { intake } = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, ['m-1']));
  const isStored = async () => (await fixture.reader.list({ tenantId: null }, null, 1))[0]?.status === 'RETRYING';
  await waitFor(isStored, { what: 'the first attempt' });
  fixture.directory.put({ ...webhook, isActive: false, version: 2 });
  const own = ({ key }: { key: Buffer | null }) => key?.toString() === webhook.id;
  const records = await consume(DELIVERY_OUTCOMES, { until: (all) => all.filter(own).length >= 2 });
  const outcomes = records.filter(own).map(({ value }) => deliveryOutcome.parse(JSON.parse(value?.toString() ?? '')));
  expect(outcomes).toMatchObject([
    { attempt: 1, outcome: 'failed', deliveryStatus: 'RETRYING', errorClass: 'http_status', fault: 'receiver' },
    {
      attempt: 1,
      outcome: 'failed',
      deliveryStatus: 'FAILED',
      errorClass: 'disabled',
      fault: 'none',
      statusCode: null,
    },
  ]);
});
