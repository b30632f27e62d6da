import { randomUUID } from 'node:crypto';
import type { CloudEventV1 } from 'cloudevents';
import { CloudEvent, HTTP, Kafka } from 'cloudevents';
import type { OutgoingRecord } from '@signet/kafka';
import type { Message } from './ingestion.ts';

/** A sale as a producer makes it with the SDK; each has an id and a subject of its own. */
export const saleOf = (
  tenantid: string | undefined,
  change: Partial<CloudEventV1<unknown>> = {},
): CloudEvent<unknown> =>
  new CloudEvent<unknown>({
    id: randomUUID(),
    source: '/pos/1',
    type: 'sale.created',
    subject: `sale-${randomUUID()}`,
    datacontenttype: 'application/json',
    data: { saleId: 'S-1', total: 10.5, note: 'Zoë’s ring' },
    // The SDK does not accept an attribute without a value.
    ...(tenantid !== undefined && { tenantid }),
    ...change,
  });

/** One HTTP request for several events. The SDK can read the batched mode but not write it. */
export const batchOf = (events: readonly CloudEvent<unknown>[]): Message => ({
  headers: { 'content-type': 'application/cloudevents-batch+json' },
  body: JSON.stringify(events),
});

export const overHttp = { binary: HTTP.binary, structured: HTTP.structured };

/** A record of the SDK's Kafka message: a client writes objects as JSON, and leaves out headers without a value. */
const recordOf = ({ headers, value }: ReturnType<typeof Kafka.binary>, key: string): OutgoingRecord => ({
  key,
  value: typeof value === 'string' ? value : JSON.stringify(value),
  headers: Object.fromEntries(
    Object.entries(headers).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  ),
});

export const overKafka = {
  binary: (event: CloudEvent<unknown>, key = event.id): OutgoingRecord => recordOf(Kafka.binary(event), key),
  structured: (event: CloudEvent<unknown>, key = event.id): OutgoingRecord => recordOf(Kafka.structured(event), key),
};
