import { isUtf8 } from 'node:buffer';
import { elementRanges, memberRanges } from './json-members.ts';
import type { RawEvent } from './raw-event.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** The media types of CloudEvents: alone or in a batch, in a format. */
const CLOUDEVENTS = /^application\/cloudevents(-batch)?(?:\+([^;\s]+))?(?=[;\s]|$)/i;

/** The mode that a content type names; undefined where it does not name CloudEvents. */
export function modeOf(contentType: string): 'structured' | 'batch' | Refusal | undefined {
  const [cloudEvents, batch, format = 'json'] = CLOUDEVENTS.exec(contentType.trim()) ?? [];
  if (cloudEvents === undefined) return undefined;
  if (format.toLowerCase() !== 'json') return noJson(contentType);
  return batch === undefined ? 'structured' : 'batch';
}

/** The refusal of a format other than JSON, the only one that is accepted. */
export const noJson = (contentType: string): Refusal =>
  refusal(
    'unsupported_media_type',
    'content-type',
    `CloudEvents are accepted as application/cloudevents+json or with attributes in headers, not as ${contentType}.`,
  );

/** A CloudEvent in structured JSON mode (CloudEvents 1.0, JSON event format). `data` keeps its bytes. */
export function readStructured(json: Buffer): RawEvent | Refusal {
  const envelope = parseJson(json);
  if (envelope === undefined) return refusal('malformed_event', 'event', 'The event is not JSON in UTF-8.');
  if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope))
    return refusal('malformed_event', 'event', 'A CloudEvent in structured mode is a JSON object.');
  const members = memberRanges(json);
  const names = new Set<string>();
  // A set finds the second use of a name with one look-up each: an envelope may have as many members as its bytes
  // allow.
  const twice = members.find(([name]) => names.size === names.add(name).size)?.[0];
  if (twice !== undefined) return refusal('malformed_event', twice, `The attribute "${twice}" is there twice.`);
  const { data, data_base64, ...attributes } = envelope as Record<string, unknown>;
  if (data_base64 !== undefined) return readBase64(data_base64, data, attributes);
  const range = members.find(([name]) => name === 'data')?.[1];
  if (!range || data === null) return { attributes, data: null };
  return { attributes, data: json.subarray(range.start, range.end), parsed: data };
}

/** The events of a batch (CloudEvents 1.0, JSON batch format), each as it would be read alone. */
export function readBatch(json: Buffer): (RawEvent | Refusal)[] | Refusal {
  const batch = parseJson(json);
  if (!Array.isArray(batch)) return refusal('malformed_event', 'event', 'A batch is a JSON array of CloudEvents.');
  return elementRanges(json).map(({ start, end }) => readStructured(json.subarray(start, end)));
}

/** Base64 with padding (RFC 4648, 4). Checked because Node decodes a single letter to nothing without an error. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function readBase64(base64: unknown, data: unknown, attributes: Record<string, unknown>): RawEvent | Refusal {
  if (data !== undefined) return refusal('malformed_event', 'data_base64', 'Give data or data_base64, not both.');
  if (typeof base64 !== 'string' || !BASE64.test(base64))
    return refusal('malformed_event', 'data_base64', 'data_base64 must be base64.');
  return { attributes, data: Buffer.from(base64, 'base64') };
}

/** undefined if the text is not JSON; JSON itself has no undefined. */
export function parseJson(json: Buffer): unknown {
  if (!isUtf8(json)) return undefined;
  try {
    return JSON.parse(json.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
