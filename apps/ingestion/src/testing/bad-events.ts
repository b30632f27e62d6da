import type { OutgoingRecord } from '@signet/kafka';
import type { Refusal } from '../event/refusal.ts';
import type { Message } from './ingestion.ts';

/** The settings, tenants and key that a test must provide, so that the events below are bad for the right reason. */
export const WORLD = {
  maxBytes: 131_072,
  /** The only tenant that exists. */
  tenant: 'shop-of-bad-events',
  /** The key may send for it, but there is no such tenant. */
  unknownTenant: 'unknown-tenant',
  /** There may be such a tenant, but the key may not send for it. */
  foreignTenant: 'not-ours',
  /** The only event type that the key may send. */
  eventType: 'sale.created',
} as const;

/** An event as its producer sends it, over HTTP or Kafka. */
export interface SentEvent {
  /** Attributes of binary mode; bytes where they must be sent exactly so. Empty: structured mode. */
  readonly attributes: Readonly<Record<string, string | Buffer>>;
  readonly contentType: string | undefined;
  readonly body: Buffer | null;
}

export interface BadEvent {
  readonly what: string;
  readonly sent: SentEvent;
  readonly reason: Refusal['reason'];
  readonly field: string;
  /** A part of the sentence. */
  readonly detail: string;
  /** `http` or `kafka` where only that one can carry the event, or only that one refuses it. */
  readonly over: 'http' | 'kafka' | 'both';
}

const STRUCTURED = 'application/cloudevents+json';
const JSON_TYPE = 'application/json';
const DATA = '{"saleId":"S-1","total":10.5}';

export const goodEvent = {
  specversion: '1.0',
  id: 's-1',
  source: '/pos/1',
  type: WORLD.eventType,
  tenantid: WORLD.tenant,
  data: { saleId: 'S-1', total: 10.5 },
};
const goodAttributes = {
  specversion: '1.0',
  id: 's-1',
  source: '/pos/1',
  type: WORLD.eventType,
  tenantid: WORLD.tenant,
};
type Name = keyof typeof goodEvent | 'partitionkey' | 'time' | 'subject' | 'datacontenttype' | 'data_base64';

const whole = (body: string | Buffer | null, contentType: string | undefined = STRUCTURED): SentEvent => ({
  attributes: {},
  contentType,
  body: body === null ? null : Buffer.from(body),
});

/** A good event in structured mode with a change. */
export const structured = (change: Partial<Record<Name, unknown>>): SentEvent =>
  whole(JSON.stringify({ ...goodEvent, ...change }));

/** A good event in binary mode with a change. */
const binary = (
  change: Partial<Record<Name, string | Buffer | undefined>>,
  body: string | Buffer | null = DATA,
  contentType = JSON_TYPE,
): SentEvent => {
  const attributes = Object.entries({ ...goodAttributes, ...change });
  return {
    attributes: Object.fromEntries(
      attributes.filter((entry): entry is [string, string | Buffer] => entry[1] !== undefined),
    ),
    contentType,
    body: body === null ? null : Buffer.from(body),
  };
};

/** A good event in binary mode, without a time. */
export const goodBinaryEvent: SentEvent = binary({});

/** A good event in structured mode with this text as its data. */
const withData = (data: string): SentEvent =>
  whole(JSON.stringify({ ...goodEvent, data: 0 }).replace('"data":0', () => `"data":${data}`));

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
const keys = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [i.toString(36), 1]));
const long = 'x'.repeat(1_025);
/** A record of Avro's object container format: its magic, and bytes that are no text. */
const AVRO = Buffer.from([0x4f, 0x62, 0x6a, 0x01, 0x04, 0x16, 0x61, 0x76, 0xff, 0x80, 0x00, 0xc3, 0x28]);
const LATIN_1 = Buffer.from('{"saleId":"S-1","note":"Zo\xeb"}', 'latin1');

type Row = [
  what: string,
  sent: SentEvent,
  reason: Refusal['reason'],
  field: string,
  detail: string,
  over?: BadEvent['over'],
];

// prettier-ignore
const OF_ATTRIBUTES: readonly Row[] = [
  ['no specversion', structured({ specversion: undefined }), 'missing_attribute', 'specversion', 'specversion is missing'],
  ['an empty specversion', structured({ specversion: '' }), 'missing_attribute', 'specversion', 'specversion is empty'],
  ['specversion as a number', structured({ specversion: 1 }), 'invalid_attribute', 'specversion', 'must be a string'],
  ['an old specversion', structured({ specversion: '0.3' }), 'unsupported_specversion', 'specversion', 'not 0.3'],
  ['a specversion to come', structured({ specversion: '2.0' }), 'unsupported_specversion', 'specversion', 'not 2.0'],
  ['no id', structured({ id: undefined }), 'missing_attribute', 'id', 'id is missing'],
  ['an empty id', structured({ id: '' }), 'missing_attribute', 'id', 'id is empty'],
  ['id null', structured({ id: null }), 'missing_attribute', 'id', 'id is missing'],
  ['id as a number', structured({ id: 7 }), 'invalid_attribute', 'id', 'id must be a string'],
  ['a long id', structured({ id: long }), 'invalid_attribute', 'id', 'longer than 1,024 characters'],
  ['a line break in the id', structured({ id: 'a\nb' }), 'invalid_attribute', 'id', 'control character'],
  ['NUL in the id', structured({ id: 'a\u0000b' }), 'invalid_attribute', 'id', 'control character'],
  ['half a character in the id', structured({ id: 'a\ud83d' }), 'invalid_attribute', 'id', 'half of a surrogate pair'],
  ['an id that is not UTF-8', binary({ id: Buffer.from([0x61, 0xff]) }), 'invalid_attribute', 'id', 'not UTF-8', 'kafka'],
  ['an id that is wrongly encoded', binary({ id: Buffer.from('%E4%') }), 'invalid_attribute', 'id', 'percent-encoded', 'http'],
  ['an id in raw UTF-8', binary({ id: Buffer.from('café') }), 'invalid_attribute', 'id', 'The header ce-id has bytes that are not printable ASCII', 'http'],
  ['a source in raw Latin-1', binary({ source: Buffer.from('/caf\xe9', 'latin1') }), 'invalid_attribute', 'source', 'percent-encoded UTF-8, such as %C3%A9', 'http'],
  ['a subject in raw UTF-8', binary({ subject: Buffer.from('Zoë') }), 'invalid_attribute', 'subject', 'The header ce-subject', 'http'],
  ['an extension in raw UTF-8', binary({ 'partitionkey': Buffer.from('Zoë') }), 'invalid_attribute', 'partitionkey', 'The header ce-partitionkey', 'http'],
  ['a tab in a raw header', binary({ subject: Buffer.from('a\tb') }), 'invalid_attribute', 'subject', 'not printable ASCII', 'http'],
  ['half a character, percent-encoded', binary({ id: Buffer.from('a%ED%A0%BD') }), 'invalid_attribute', 'id', 'percent-encoded UTF-8', 'http'],
  ['NUL, percent-encoded', binary({ id: Buffer.from('a%00') }), 'invalid_attribute', 'id', 'control character', 'http'],
  ['half a character over Kafka', binary({ id: Buffer.from([0x61, 0xed, 0xa0, 0xbd]) }), 'invalid_attribute', 'id', 'not UTF-8', 'kafka'],
  ['no source', structured({ source: undefined }), 'missing_attribute', 'source', 'source is missing'],
  ['an empty source', structured({ source: '' }), 'missing_attribute', 'source', 'source is empty'],
  ['source as an object', structured({ source: {} }), 'invalid_attribute', 'source', 'source must be a string'],
  ['a long source', structured({ source: `/${long}` }), 'invalid_attribute', 'source', 'longer than 1,024 characters'],
  ['a control character in the source', structured({ source: '/pos\u007f' }), 'invalid_attribute', 'source', 'control character'],
  ['no type', structured({ type: undefined }), 'missing_attribute', 'type', 'type is missing'],
  ['an unknown type', structured({ type: 'sale.exploded' }), 'unknown_event_type', 'type', '"sale.exploded" is not in'],
  ['a type in capitals', structured({ type: 'Sale.Created' }), 'unknown_event_type', 'type', '"Sale.Created" is not in'],
  ['a type with a space behind', structured({ type: 'sale.created ' }), 'unknown_event_type', 'type', '"sale.created " is not in'],
  ["Signet's own type", structured({ type: 'webhook.disabled' }), 'reserved_event_type', 'type', 'Signet itself'],
  ['a list of types', structured({ type: ['sale.created'] }), 'invalid_attribute', 'type', 'type must be a string'],
  ['a type that the key may not send', structured({ type: 'customer.created' }), 'event_type_not_allowed', 'type', '"customer.created"', 'http'],
  ['no tenant', structured({ tenantid: undefined }), 'missing_attribute', 'tenantid', 'names the tenant'],
  ['an empty tenant', structured({ tenantid: '' }), 'missing_attribute', 'tenantid', 'names the tenant'],
  ['a tenant as a number', structured({ tenantid: 12 }), 'invalid_attribute', 'tenantid', 'id of a tenant'],
  ['a slash in the tenant', structured({ tenantid: 'a/b' }), 'invalid_attribute', 'tenantid', 'id of a tenant'],
  ['a tenant with a tilde', structured({ tenantid: 'a~b' }), 'invalid_attribute', 'tenantid', 'id of a tenant'],
  ['a tenant that begins with a dot', structured({ tenantid: '.a' }), 'invalid_attribute', 'tenantid', 'id of a tenant'],
  ['a long tenant', structured({ tenantid: 't'.repeat(65) }), 'invalid_attribute', 'tenantid', 'id of a tenant'],
  ['a tenant that is not the key’s', structured({ tenantid: WORLD.foreignTenant }), 'tenant_not_allowed', 'tenantid', 'may not send events for this tenant', 'http'],
  ['a tenant that there is not', structured({ tenantid: WORLD.unknownTenant }), 'unknown_tenant', 'tenantid', 'no such tenant'],
  ['a time in words', structured({ time: 'yesterday' }), 'invalid_attribute', 'time', 'RFC 3339'],
  ['a time without a zone', structured({ time: '2026-03-01T10:00:00' }), 'invalid_attribute', 'time', 'RFC 3339'],
  ['a day without a time', structured({ time: '2026-03-01' }), 'invalid_attribute', 'time', 'RFC 3339'],
  ['a day that there is not', structured({ time: '2026-02-30T10:00:00Z' }), 'invalid_attribute', 'time', 'RFC 3339'],
  ['a time as a number', structured({ time: 1_772_359_200_000 }), 'invalid_attribute', 'time', 'RFC 3339'],
  ['a time far ahead', structured({ time: '9999-12-31T23:59:59Z' }), 'time_out_of_range', 'time', 'more than a day ahead'],
  ['a time of the year 0', structured({ time: '0000-01-01T00:00:00Z' }), 'time_out_of_range', 'time', 'older than deliveries are kept'],
  ['a time of 1969', structured({ time: '1969-12-31T23:59:59.999Z' }), 'time_out_of_range', 'time', 'older than deliveries are kept'],
  ['a time in binary mode, ten years ahead', binary({ time: '2036-11-29T10:00:00Z' }), 'time_out_of_range', 'time', 'more than a day ahead'],
  ['a time in milliseconds, as a string', structured({ time: '1772359200000' }), 'invalid_attribute', 'time', 'RFC 3339'],
  ['a time older than the retention', structured({ time: '2001-01-01T00:00:00Z' }), 'time_out_of_range', 'time', 'older than deliveries are kept'],
  ['a subject as a number', structured({ subject: 5 }), 'invalid_attribute', 'subject', 'subject must be a string'],
  ['a long subject', structured({ subject: long }), 'invalid_attribute', 'subject', 'longer than 1,024 characters'],
  ['a subject of many bytes', structured({ subject: '店'.repeat(700) }), 'invalid_attribute', 'subject', 'longer than 2,048 bytes'],
  ['a tab in the subject', structured({ subject: 'a\tb' }), 'invalid_attribute', 'subject', 'control character'],
  ['XML', structured({ datacontenttype: 'application/xml' }), 'invalid_attribute', 'datacontenttype', 'must be JSON'],
  ['a content type as a number', structured({ datacontenttype: 1 }), 'invalid_attribute', 'datacontenttype', 'must be JSON'],
];

// prettier-ignore
const OF_DATA: readonly Row[] = [
  ['no data', structured({ data: undefined }), 'missing_data', 'data', 'has no data'],
  ['data null', structured({ data: null }), 'missing_data', 'data', 'has no data'],
  ['data as a text', structured({ data: 'S-1' }), 'invalid_data', 'data', 'must be a JSON object'],
  ['data as a list', structured({ data: [1] }), 'invalid_data', 'data', 'must be a JSON object'],
  ['data that is too large', structured({ data: { note: 'n'.repeat(WORLD.maxBytes) } }), 'message_too_large', 'data', 'at most 131,072 are taken'],
  ['data that is too deep', structured({ data: nested(70) }), 'too_deep', 'data', 'deeper than 64 levels'],
  ['data with too many keys', structured({ data: keys(10_001) }), 'too_many_keys', 'data', 'more than 10,000 keys'],
  ['a total that is a list', structured({ data: { total: [] } }), 'invalid_data', 'data.total', 'data.total must be a number, a string or null.'],
  ['a total in words', structured({ data: { total: 'free' } }), 'invalid_data', 'data.total', 'data.total must be a number, a string that matches the pattern ^-?\\d+(\\.\\d+)?$ or null.'],
  ['a sale id that is an object', structured({ data: { saleId: {} } }), 'invalid_data', 'data.saleId', 'data.saleId must be a string or a whole number.'],
  ['a currency in small letters', structured({ data: { currency: 'eur' } }), 'invalid_data', 'data.currency', 'must be a string that matches the pattern ^[A-Z]{3}$.'],
  ['a sku that is a number', structured({ data: { items: [{ sku: 'R' }, { sku: 7 }] } }), 'invalid_data', 'data.items.1.sku', 'must be a string or null.'],
  ['a key twice', binary({}, '{"total":"free","total":5}'), 'duplicate_key', 'data.total', 'data.total is there twice'],
  ['a key twice, structured', withData('{"total":"free","total":5}'), 'duplicate_key', 'data.total', 'data.total is there twice'],
  ['a key twice in base64', structured({ data: undefined, data_base64: Buffer.from('{"total":"free","total":5}').toString('base64') }), 'duplicate_key', 'data.total', 'data.total is there twice'],
  ['a key twice with the same value', binary({}, '{"total":5,"total":5}'), 'duplicate_key', 'data.total', 'is there twice'],
  ['a key twice, once with an escape', binary({}, '{"total":5,"tot\\u0061l":6}'), 'duplicate_key', 'data.total', 'is there twice'],
  ['a key twice in an element of a list', withData('{"items":[{"sku":"R"},{"sku":"R","sku":"S"}]}'), 'duplicate_key', 'data.items.1.sku', 'is there twice'],
  ['a key twice, one of them an object', binary({}, '{"customer":{"name":"A"},"customer":null}'), 'duplicate_key', 'data.customer', 'is there twice'],
  ['__proto__ twice', binary({}, '{"__proto__":1,"__proto__":2}'), 'duplicate_key', 'data.__proto__', 'is there twice'],
  ['data twice over', structured({ data_base64: 'e30=' }), 'malformed_event', 'data_base64', 'not both'],
  ['base64 that is none', structured({ data: undefined, data_base64: '{}' }), 'malformed_event', 'data_base64', 'must be base64'],
  ['base64 of an impossible length', structured({ data: undefined, data_base64: 'e30=e' }), 'malformed_event', 'data_base64', 'must be base64'],
  ['base64 without its padding', structured({ data: undefined, data_base64: 'e30' }), 'malformed_event', 'data_base64', 'must be base64'],
  ['base64 of no JSON', structured({ data: undefined, data_base64: 'AAAA' }), 'invalid_data', 'data', 'not JSON in UTF-8'],
  ['base64 of what is not UTF-8', structured({ data: undefined, data_base64: '/////w==' }), 'invalid_data', 'data', 'not JSON in UTF-8'],
];

// prettier-ignore
const OF_THE_BODY: readonly Row[] = [
  ['structured, nothing', whole(''), 'malformed_event', 'event', 'not JSON in UTF-8'],
  ['structured, half an object', whole('{"specversion": "1.0"'), 'malformed_event', 'event', 'not JSON in UTF-8'],
  ['structured, a list', whole('[]'), 'malformed_event', 'event', 'is a JSON object'],
  ['structured, a number', whole('12'), 'malformed_event', 'event', 'is a JSON object'],
  ['structured, null', whole('null'), 'malformed_event', 'event', 'is a JSON object'],
  ['structured, bytes that are not UTF-8', whole(LATIN_1), 'malformed_event', 'event', 'not JSON in UTF-8'],
  ['structured, data twice', whole(`{"data":{},"data":{"total":5}}`), 'malformed_event', 'data', '"data" is there twice'],
  ['structured, an attribute twice, once with an escape', whole('{"id": "a", "\\u0069d": "b"}'), 'malformed_event', 'id', '"id" is there twice'],
  ['structured, an attribute twice', whole('{"id": "a", "id": "b"}'), 'malformed_event', 'id', '"id" is there twice'],
  ['structured, an attribute with a long name twice', whole(`{${`"${'n'.repeat(40_000)}":1,`.repeat(2)}"id":"a"}`), 'malformed_event', `${'n'.repeat(256)}….`, 'The attribute "nnn'],
  ['structured, Avro', whole(AVRO, 'application/cloudevents+avro'), 'unsupported_media_type', 'content-type', 'application/cloudevents+json'],
  ['structured, Protobuf', whole(AVRO, 'application/cloudevents+protobuf'), 'unsupported_media_type', 'content-type', 'application/cloudevents+json'],
  ['structured, a tombstone', whole(null), 'malformed_event', 'event', 'no value', 'kafka'],
  ['a batch over Kafka', whole('[]', 'Application/CloudEvents-Batch+json'), 'unsupported_mode', 'content-type', 'no batch mode', 'kafka'],
  ['a batch that is no list', whole('{}', 'application/cloudevents-batch+json'), 'malformed_event', 'event', 'A batch is a JSON array', 'http'],
  ['neither JSON nor a CloudEvent', whole('S-1;10.50', 'text/csv'), 'unsupported_media_type', 'content-type', 'application/cloudevents+json', 'http'],
  ['no headers at all', whole('{}', undefined), 'missing_attribute', 'specversion', 'specversion is missing', 'kafka'],
  ['a tombstone without headers', { attributes: {}, contentType: undefined, body: null }, 'missing_attribute', 'specversion', 'specversion is missing', 'kafka'],
  ['binary without an id', binary({ id: undefined }), 'missing_attribute', 'id', 'id is missing'],
  ['binary with an encoded line break', binary({ subject: 'a\nb' }), 'invalid_attribute', 'subject', 'control character'],
  ['binary without a value', binary({}, null), 'missing_data', 'data', 'has no data'],
  ['binary with an empty value', binary({}, ''), 'missing_data', 'data', 'has no data'],
  ['binary with broken JSON', binary({}, '{"saleId":'), 'invalid_data', 'data', 'not JSON in UTF-8'],
  ['binary with JSON in Latin-1', binary({}, LATIN_1), 'invalid_data', 'data', 'not JSON in UTF-8'],
  ['binary with Avro that says so', binary({}, AVRO, 'application/avro'), 'invalid_attribute', 'datacontenttype', 'must be JSON'],
  ['binary with Avro that says JSON', binary({}, AVRO), 'invalid_data', 'data', 'not JSON in UTF-8'],
  ['binary with text', binary({}, 'S-1', 'text/plain'), 'invalid_attribute', 'datacontenttype', 'must be JSON'],
];

/** Every kind of bad event, and the error that its producer must get, over HTTP or over Kafka. */
export const BAD_EVENTS: readonly BadEvent[] = [...OF_ATTRIBUTES, ...OF_DATA, ...OF_THE_BODY].map(
  ([what, sent, reason, field, detail, over = 'both']) => ({ what, sent, reason, field, detail, over }),
);
export const badEventsOver = (transport: 'http' | 'kafka'): readonly BadEvent[] =>
  BAD_EVENTS.filter(({ over }) => over === 'both' || over === transport);

/** Percent-encodes as CloudEvents' HTTP binding requires: characters that are not printable ASCII, and space, `"` and `%`. */
const percentEncoded = (value: string): string =>
  value.replace(/[^\u0021\u0023\u0024\u0026-\u007e]/gu, encodeURIComponent);

export function asRequest({ attributes, contentType, body }: SentEvent): Message {
  const headers = Object.entries(attributes).map(([name, value]) => [
    `ce-${name}`,
    typeof value === 'string' ? percentEncoded(value) : value.toString('latin1'),
  ]);
  const type = contentType === undefined ? [] : [['content-type', contentType]];
  return { headers: Object.fromEntries([...headers, ...type]) as Record<string, string>, body: body ?? undefined };
}

export function asRecord({ attributes, contentType, body }: SentEvent, key: string): OutgoingRecord {
  const headers = Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]);
  const type = contentType === undefined ? [] : [['content-type', contentType]];
  return { key, value: body, headers: Object.fromEntries([...headers, ...type]) as Record<string, string | Buffer> };
}
