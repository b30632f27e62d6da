import type { KafkaRecord } from '@signet/kafka';
import type { RawEvent } from '../event/raw-event.ts';
import { refusal } from '../event/refusal.ts';
import type { Refusal } from '../event/refusal.ts';
import { readStructured } from '../event/structured.ts';

const CLOUDEVENTS = 'application/cloudevents';

/**
 * A CloudEvent from a Kafka record (CloudEvents 1.0, Kafka protocol binding): structured if the content type starts with
 * `application/cloudevents` in any case, else binary. There is no batch mode over Kafka.
 */
export function readKafkaEvent({ headers, value }: KafkaRecord): RawEvent | Refusal {
  const contentType = headers['content-type']?.toString('utf8');
  const mode = contentType?.trim().toLowerCase() ?? '';
  if (mode.startsWith(`${CLOUDEVENTS}-batch`))
    return refusal('unsupported_mode', 'content-type', 'CloudEvents over Kafka have no batch mode.');
  if (mode.startsWith(CLOUDEVENTS)) {
    if (!value) return refusal('malformed_event', 'event', 'The record has no value.');
    return readStructured(value);
  }
  const attributes: Record<string, unknown> = {};
  for (const name in headers) {
    if (name.startsWith('ce_')) attributes[name.slice(3)] = headers[name]?.toString('utf8');
  }
  if (contentType !== undefined) attributes['datacontenttype'] = contentType;
  return { attributes, data: value };
}
