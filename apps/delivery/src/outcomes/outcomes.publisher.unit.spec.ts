import { expect, test } from '@jest/globals';
import { OutcomesPublisher } from './outcomes.publisher.ts';
import type { LogRow } from './outcomes.publisher.ts';

const now = '2026-03-01T10:00:00.000Z';
const row = {
  tx: '1',
  position: '1',
  delivery_id: '7d1f7c1e-58a8-5b0e-8a07-3c5a3f9f6f02',
  day: new Date(now),
  events: [
    { type: 'DeliveryRequested', data: { webhookId: 'w', tenantId: 't', eventId: 'e', eventType: 'sale.created' } },
    { type: 'DeliveryAbandoned', data: { reason: 'webhook_deleted', abandonedAt: now, attemptCount: 0 } },
  ],
} as unknown as LogRow;

test('a replica that has lost the lock sends no outcomes', async () => {
  const topics: string[] = [];
  const producer = { publishAll: async (topic: string) => void topics.push(topic) };
  const publisher = new OutcomesPublisher({} as never, producer as never);
  const lost = new Error('the lock may be free');
  const publishing = publisher.publish([row], () => {
    throw lost;
  });
  await expect(publishing).rejects.toBe(lost);
  expect(topics).toEqual([]);
  await publisher.publish([row], () => undefined);
  expect(topics).toEqual(['delivery.outcomes.v1']);
});
