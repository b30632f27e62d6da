import { randomUUID } from 'node:crypto';
import { DELIVERY_REQUESTS } from '@signet/contracts';
import { SOURCE_TOPIC } from '../../bench/load/sale.ts';
import type { Scenario } from '../scenario.ts';

/** A producer sends a record that is no CloudEvent, and on a topic of Signet's own lies a record of the wrong format. */
export const deadLetters = (): Scenario => ({
  name: 'dead letters',
  alerts: [
    { alertname: 'SignetMessagesRefused', reason: 'malformed_event', severity: 'ticket' },
    { alertname: 'SignetDeadLetters', job: 'signet-delivery', reason: 'not_a_delivery_request', severity: 'ticket' },
  ],
  begin: async ({ kafka }) => {
    const record = { key: randomUUID(), value: 'no JSON', headers: { 'content-type': 'application/cloudevents+json' } };
    await kafka.publish(SOURCE_TOPIC, [record]);
    await kafka.publish(DELIVERY_REQUESTS, [{ ...record, headers: {} }]);
  },
});
