import { isUtf8 } from 'node:buffer';
import type { KafkaRecord } from '@signet/kafka';
import type { RawEvent } from '../event/raw-event.ts';
import { isRefusal, refusal } from '../event/refusal.ts';
import type { Refusal } from '../event/refusal.ts';
import { modeOf, readStructured } from '../event/structured.ts';

/**
 * A CloudEvent from a Kafka record (CloudEvents 1.0, Kafka protocol binding): structured if the content type starts with
 * `application/cloudevents` in any case, else binary. There is no batch mode over Kafka.
 */
export function readKafkaEvent({ headers, repeatedHeaders, value }: KafkaRecord): RawEvent | Refusal {
  // A header without a value, or with an empty one, counts as missing.
  const contentType = headers['content-type']?.toString('utf8') || undefined;
  const carrierTraceparent = headers['traceparent']?.toString('utf8');
  const mode = contentType === undefined ? undefined : modeOf(contentType);
  if (mode === 'batch')
    return refusal('unsupported_mode', 'content-type', 'CloudEvents over Kafka have no batch mode.');
  if (typeof mode === 'object') return mode;
  if (mode === 'structured') {
    if (!value) return refusal('malformed_event', 'event', 'The record has no value.');
    const event = readStructured(value);
    return isRefusal(event) ? event : { ...event, carrierTraceparent };
  }
  const attributes: Record<string, unknown> = {};
  for (const name in headers) {
    const bytes = headers[name];
    if (!name.startsWith('ce_') || !bytes) continue;
    const attribute = name.slice(3);
    if (repeatedHeaders?.[name])
      return refusal('malformed_event', attribute, `The header ${name} is there more than once.`);
    // Without this refusal, two ids that differ in such bytes would become the same id.
    if (!isUtf8(bytes)) return refusal('invalid_attribute', attribute, `The header ${name} is not UTF-8.`);
    attributes[attribute] = bytes.toString('utf8');
  }
  if (contentType !== undefined) attributes['datacontenttype'] = contentType;
  return { attributes, data: value, carrierTraceparent };
}
