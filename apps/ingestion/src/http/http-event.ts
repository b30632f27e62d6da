import type { IncomingHttpHeaders } from 'node:http';
import type { RawEvent } from '../event/raw-event.ts';
import { isRefusal, refusal } from '../event/refusal.ts';
import type { Refusal } from '../event/refusal.ts';
import { modeOf, noJson, readBatch, readStructured } from '../event/structured.ts';

const JSON_MEDIA_TYPE = /^application\/([a-z0-9.-]+\+)?json\s*(;|$)/i;

const PRINTABLE_ASCII = /^[\u0020-\u007e]*$/;
const ENCODE = 'write them as percent-encoded UTF-8, such as %C3%A9 for é.';

/** The content of a request: one event, or a batch whose events are judged one by one. */
export type HttpEvents =
  | { readonly kind: 'one'; readonly event: RawEvent | Refusal }
  | { readonly kind: 'batch'; readonly events: readonly (RawEvent | Refusal)[] };

/**
 * Reads the CloudEvents of an HTTP request (CloudEvents 1.0, HTTP protocol binding): structured, batched, or binary
 * with `ce-*` headers. A plain JSON body without such headers is taken as structured, so that curl needs no special
 * content type.
 *
 * @param rawHeaders names and values in turn, as they came: `headers` joins the values of headers with the same name
 */
export function readHttpEvents(
  headers: IncomingHttpHeaders,
  body: Buffer,
  rawHeaders: readonly string[] = [],
): HttpEvents {
  const contentType = headers['content-type'] ?? '';
  const mode = modeOf(contentType);
  if (typeof mode === 'object') return { kind: 'one', event: mode };
  if (mode === 'batch') {
    const events = readBatch(body);
    if (!Array.isArray(events)) return { kind: 'one', event: events as Refusal };
    return { kind: 'batch', events: events.map((event: RawEvent | Refusal) => carriedBy(headers, event)) };
  }
  if (mode === undefined && headers['ce-specversion'] !== undefined)
    return { kind: 'one', event: carriedBy(headers, readBinary(headers, body, rawHeaders)) };
  if (mode === undefined && body.length > 0 && !JSON_MEDIA_TYPE.test(contentType))
    return { kind: 'one', event: noJson(contentType === '' ? 'a body without a content type' : contentType) };
  return { kind: 'one', event: carriedBy(headers, readStructured(body)) };
}

function readBinary(headers: IncomingHttpHeaders, body: Buffer, rawHeaders: readonly string[]): RawEvent | Refusal {
  const twice = repeatedAttribute(rawHeaders);
  if (twice !== undefined) return refusal('malformed_event', twice, `The header ce-${twice} is there more than once.`);
  const attributes: Record<string, unknown> = {};
  for (const name in headers) {
    if (!name.startsWith('ce-')) continue;
    const attribute = name.slice(3);
    const text = String(headers[name]);
    // Node decodes header bytes as Latin-1. If that text were accepted, the id would differ from the same one in
    // structured mode or over Kafka.
    if (!PRINTABLE_ASCII.test(text))
      return refusal(
        'invalid_attribute',
        attribute,
        `The header ${name} has bytes that are not printable ASCII: ${ENCODE}`,
      );
    const value = decoded(text);
    if (value === undefined)
      return refusal('invalid_attribute', attribute, `The header ${name} is not percent-encoded UTF-8.`);
    attributes[attribute] = value;
  }
  if (headers['content-type'] !== undefined) attributes['datacontenttype'] = headers['content-type'];
  return { attributes, data: body.length > 0 ? body : null };
}

function repeatedAttribute(rawHeaders: readonly string[]): string | undefined {
  const names = rawHeaders.filter((_text, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return names.find((name, index) => name.startsWith('ce-') && names.indexOf(name) < index)?.slice(3);
}

/** A request is one step of a trace: its header applies to each event that has no trace of its own. */
const carriedBy = (headers: IncomingHttpHeaders, event: RawEvent | Refusal): RawEvent | Refusal =>
  isRefusal(event) ? event : { ...event, carrierTraceparent: headers['traceparent']?.toString() };

/**
 * Decodes a header value (CloudEvents 1.0, HTTP protocol binding, 3.1.3.2): older senders wrote quoted strings, so
 * quotes are removed first; then one round of percent-decoding follows.
 */
function decoded(value: string): string | undefined {
  const [, quoted] = /^"((?:[^"\\]|\\.)*)"$/.exec(value) ?? [];
  try {
    return decodeURIComponent(quoted?.replaceAll(/\\(.)/g, '$1') ?? value);
  } catch {
    return undefined;
  }
}
