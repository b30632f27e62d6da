import type { z } from 'zod';
import { deliveryRequest } from './delivery-request.ts';
import type { DeliveryRequest } from './delivery-request.ts';
import { deliveryIdOf, isUuid } from '../ids.ts';
import { WIRE_FORMATS } from '../kafka/wire-formats.ts';

/*
 * The records of `delivery.requests.v1`, whose key is the webhook's id: a single request, or a bundle of messages for one webhook.
 * Each record costs Kafka's clients more than its content, so messages that are routed together go in one record.
 */

/** A message in a bundle; it is the same for every webhook that gets the message. */
export const bundledMessage = deliveryRequest
  .pick({
    eventId: true,
    eventType: true,
    source: true,
    messageId: true,
    subject: true,
    messageTime: true,
    acceptedAt: true,
    traceparent: true,
    spanContext: true,
  })
  .meta({
    title: 'Bundled message',
    description:
      'A message for the webhook that the key names. The delivery id is the UUIDv5 of webhook id, source and message id.',
  });
export type BundledMessage = Readonly<z.infer<typeof bundledMessage>>;

export interface RequestWithBody {
  readonly request: DeliveryRequest;
  /** The exact body to be sent. */
  readonly body: Buffer;
}

export interface MessageWithBody {
  /** A `BundledMessage` as JSON. */
  readonly json: string;
  readonly body: Buffer;
}

/** The largest number of messages in a bundle. */
export const MAX_BUNDLED = 64;

/** A record for `delivery.requests.v1`. */
export interface RequestRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** On a single request: the request as JSON. The value is its body. */
export const REQUEST_HEADER = 'signet-request';
/**
 * On a bundle: its messages, as a JSON array. The value is a JSON array of their bodies, byte for byte, with a comma
 * between two and no additional white space.
 */
export const MESSAGES_HEADER = 'signet-messages';
/** On a bundle of format 1: the length of each body, in bytes, with commas between. */
export const BODY_LENGTHS_HEADER = 'signet-body-lengths';
/**
 * On a bundle of format 2, with the value `2`: each message has the length of its body as `bodyLength`, so that an operator who
 * repairs a message changes only one header. Readers of 0.2.0 do not understand it.
 */
export const FORMAT_HEADER = 'signet-format';
/** On a bundle of format 2: the number of messages, so that they can be counted without being read. */
export const COUNT_HEADER = 'signet-count';
/** On a bundle: the tenant of the webhook. */
export const TENANT_HEADER = 'signet-tenant-id';

/**
 * Version of the webhook's snapshot that the sender had read. If the reader's own snapshot is older, and says that the webhook
 * gets no deliveries, the reader reads the newer one first. Missing in older records.
 */
export const WEBHOOK_VERSION_HEADER = 'signet-webhook-version';

/** @param webhookVersion missing if the sender does not know it */
export const requestRecord = ({ request, body }: RequestWithBody, webhookVersion?: number): RequestRecord => ({
  key: request.webhookId,
  value: body,
  headers: { [REQUEST_HEADER]: JSON.stringify(request), ...versionHeader(webhookVersion) },
});

const versionHeader = (version: number | undefined): Record<string, string> =>
  version === undefined ? {} : { [WEBHOOK_VERSION_HEADER]: `${version}` };

/** Undefined if the header is missing or is not a version. */
export function webhookVersionOf(headers: RecordHeaders): number | undefined {
  const version = Number(headers[WEBHOOK_VERSION_HEADER]?.toString('latin1', 0, 16));
  return Number.isSafeInteger(version) ? version : undefined;
}

/**
 * @param messages at least one, and no more than `MAX_BUNDLED`
 * @param format one of WIRE_FORMATS['request-bundles']
 */
export function bundleRecord(
  webhook: { readonly id: string; readonly tenantId: string; readonly version?: number },
  messages: readonly MessageWithBody[],
  format = WIRE_FORMATS['request-bundles'].writes as number,
): RequestRecord {
  const parts = messages.flatMap(({ body }) => [COMMA, body]);
  parts[0] = OPENING;
  parts.push(CLOSING);
  return {
    key: webhook.id,
    value: Buffer.concat(parts),
    headers: {
      [TENANT_HEADER]: webhook.tenantId,
      ...(format === 2 ? messagesWithLengths(messages) : messagesAndLengths(messages)),
      ...versionHeader(webhook.version),
    },
  };
}

const messagesAndLengths = (messages: readonly MessageWithBody[]): Record<string, string> => ({
  [MESSAGES_HEADER]: `[${messages.map(({ json }) => json).join()}]`,
  [BODY_LENGTHS_HEADER]: messages.map(({ body }) => body.length).join(),
});

const messagesWithLengths = (messages: readonly MessageWithBody[]): Record<string, string> => ({
  [FORMAT_HEADER]: '2',
  [COUNT_HEADER]: String(messages.length),
  // Inserted before the closing brace: to parse and write each message again would cost as much as all the rest.
  [MESSAGES_HEADER]: `[${messages.map(({ json, body }) => `${json.slice(0, -1)},"bodyLength":${body.length}}`).join()}]`,
});

interface ReadRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}
type RecordHeaders = Readonly<Record<string, Buffer | undefined>>;

export const isBundle = (headers: RecordHeaders): boolean => headers[MESSAGES_HEADER] !== undefined;

/** The number of requests in the record. */
export function countOfRequests(headers: RecordHeaders): number {
  if (!isBundle(headers)) return 1;
  if (formatOf(headers) === 1) return bodyLengths(headers)?.length ?? 1;
  const count = Number(headers[COUNT_HEADER]?.toString('latin1', 0, 8));
  return Number.isInteger(count) && count >= 1 && count <= MAX_BUNDLED ? count : 1;
}

/** The format that the header of a bundle names, also one that this version cannot read; undefined: the record is no bundle. */
export const bundleFormat = (headers: RecordHeaders): number | undefined =>
  isBundle(headers) ? Number(headers[FORMAT_HEADER]?.toString('latin1', 0, 8) ?? 1) : undefined;

/** The format of a bundle. Undefined if it is of a later version, or damaged. */
function formatOf(headers: RecordHeaders): number | undefined {
  const text = headers[FORMAT_HEADER]?.toString('latin1', 0, 8);
  if (text === undefined) return 1;
  const reads: readonly number[] = WIRE_FORMATS['request-bundles'].reads;
  return reads.find((format) => String(format) === text);
}

/**
 * The requests of the record, in order. Null stands for a request in which a required field is missing or wrong; the others of its
 * bundle are not affected. Undefined if the record cannot be split into requests: a header is missing or not valid, or the
 * bodies do not fit the lengths.
 */
export function requestsOfRecord(record: ReadRecord): (RequestWithBody | null)[] | undefined {
  const webhookId = String(record.key);
  const parts = partsOf(record);
  if (!parts || !isUuid(webhookId)) return undefined;
  const tenantId = String(record.headers[TENANT_HEADER] ?? '');
  return parts.map(({ said, body }) => {
    const request = isBundle(record.headers) ? bundled(said, webhookId, tenantId) : said;
    return isRequest(request, webhookId) ? { request, body } : null;
  });
}

/**
 * The record with only one of its requests, to be set aside: so this request can be put back without the others.
 *
 * @param index the place of the request in the result of `requestsOfRecord`
 */
export function recordOfOne<R extends ReadRecord>(record: R, index: number): R {
  const part = isBundle(record.headers) ? partsOf(record)?.[index] : undefined;
  if (!part) return record;
  return {
    ...record,
    value: Buffer.concat([OPENING, part.body, CLOSING]),
    headers: {
      ...record.headers,
      [MESSAGES_HEADER]: Buffer.from(JSON.stringify([part.said])),
      ...(formatOf(record.headers) === 2
        ? { [COUNT_HEADER]: Buffer.from('1') }
        : { [BODY_LENGTHS_HEADER]: Buffer.from(String(part.body.length)) }),
    },
  };
}

/** The JSON of each request, parsed but not checked, with its body. */
function partsOf({ headers, value }: ReadRecord): { said: unknown; body: Buffer }[] | undefined {
  try {
    const all = isBundle(headers) ? parsed(headers[MESSAGES_HEADER]) : [parsed(headers[REQUEST_HEADER])];
    const bodies = isBundle(headers) ? bodiesOf(value ?? NOTHING, lengthsOf(headers, all) ?? []) : [value ?? NOTHING];
    if (!Array.isArray(all) || all.length !== bodies?.length) return undefined;
    return bodies.map((body, index) => ({ said: all[index] as unknown, body }));
  } catch {
    return undefined;
  }
}

/** The lengths of the bodies of a bundle. Undefined if they are not valid, or if this version cannot read the format. */
function lengthsOf(headers: RecordHeaders, said: unknown): number[] | undefined {
  switch (formatOf(headers)) {
    case 1:
      return bodyLengths(headers);
    case 2: {
      if (!Array.isArray(said) || said.length > MAX_BUNDLED) return undefined;
      const lengths = said.map((message) => Number((message as { bodyLength?: unknown } | null)?.bodyLength));
      return lengths.every((length) => Number.isSafeInteger(length) && length > 0) ? lengths : undefined;
    }
    default:
      return undefined;
  }
}

function bundled(said: unknown, webhookId: string, tenantId: string): unknown {
  const { bodyLength: _, ...message } = (said ?? {}) as Partial<BundledMessage> & { readonly bodyLength?: number };
  if (typeof message.source !== 'string' || typeof message.messageId !== 'string') return null;
  const deliveryId = deliveryIdOf(webhookId, { source: message.source, id: message.messageId });
  return { ...message, deliveryId, webhookId, tenantId, kind: 'message' };
}

const parsed = (json: Buffer | undefined): unknown => JSON.parse(String(json));

/** Whether it has the required fields. Only these are checked: the whole schema costs ten times as much. */
function isRequest(value: unknown, webhookId: string): value is DeliveryRequest {
  const request = value as Partial<DeliveryRequest> | null;
  return Boolean(
    request?.deliveryId &&
    request.webhookId === webhookId &&
    request.tenantId &&
    request.eventId &&
    request.eventType &&
    request.source &&
    request.messageId &&
    Number.isInteger(request.acceptedAt) &&
    !Number.isNaN(Date.parse(request.messageTime ?? '')),
  );
}

/** Undefined if the header has no valid lengths, or too many. */
function bodyLengths(headers: RecordHeaders): number[] | undefined {
  const text = headers[BODY_LENGTHS_HEADER]?.toString('latin1', 0, LONGEST_LENGTHS);
  if (text === undefined || !/^[1-9][0-9]{0,6}(,[1-9][0-9]{0,6})*$/.test(text)) return undefined;
  const lengths = text.split(',').map(Number);
  return lengths.length <= MAX_BUNDLED ? lengths : undefined;
}

/** Splits the array by the lengths. Undefined if they are not the lengths of its elements. */
function bodiesOf(array: Buffer, lengths: readonly number[]): Buffer[] | undefined {
  const bodies: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    if (array[at] !== (at === 0 ? OPENING : COMMA)[0]) return undefined;
    bodies.push(array.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  const isWhole = lengths.length > 0 && at === array.length - 1 && array[at] === CLOSING[0];
  return isWhole ? bodies : undefined;
}

const NOTHING = Buffer.alloc(0);
const OPENING = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSING = Buffer.from(']');
/** Enough characters for `MAX_BUNDLED` lengths and a little more. */
const LONGEST_LENGTHS = MAX_BUNDLED * 8 + 8;
