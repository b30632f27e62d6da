import { randomUUID } from 'node:crypto';
import { Api, untilAccepted } from './api.ts';
import type { Demo } from './demo.ts';

interface EventType {
  readonly name: string;
  readonly example: unknown;
}

export const EXAMPLE_TYPE = 'sale.created';

/** A CloudEvent in structured mode. */
export interface ExampleEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly [attribute: string]: unknown;
}

/** A CloudEvent (structured mode) with the example that the catalogue gives for `sale.created`. */
export async function exampleEvent(url: string, demo: Demo): Promise<ExampleEvent> {
  const { body } = await new Api(url, demo.tenantKey).get<{ data: EventType[] }>('/v1/event-types');
  const example = body.data.find(({ name }) => name === EXAMPLE_TYPE)?.example;
  if (example === undefined) throw new Error(`The event catalogue has no example of ${EXAMPLE_TYPE}.`);
  const id = randomUUID();
  return {
    specversion: '1.0',
    id,
    source: '/signet/npm-start',
    type: EXAMPLE_TYPE,
    time: new Date().toISOString(),
    subject: id,
    tenantid: demo.tenantId,
    datacontenttype: 'application/json',
    data: example,
  };
}

/** Posts an event as a producer does; resolves when Signet has taken it (202), which means that Kafka has it. */
export async function postEvent(url: string, demo: Demo, event: ExampleEvent): Promise<void> {
  const producer = new Api(url, demo.producerKey);
  const headers = { 'content-type': 'application/cloudevents+json' };
  await untilAccepted(() => producer.post('/v1/events', event, headers));
}
