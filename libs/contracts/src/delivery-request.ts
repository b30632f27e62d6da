/**
 * One message for one webhook, as it lies on `delivery.requests.v1`: the key is the webhook id, the value is the
 * exact body to be sent, and one header carries the rest as JSON, because one header costs a tenth of a dozen.
 */
export interface DeliveryRequest {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly tenantId: string;
  /** `webhook-id` on the wire. */
  readonly eventId: string;
  readonly eventType: string;
  readonly source: string;
  readonly messageId: string;
  readonly subject?: string;
  /** The message's `time`, RFC 3339. */
  readonly messageTime: string;
  /** When Signet accepted the message, milliseconds since the epoch: the start of the delivery objective's clock. */
  readonly acceptedAt: number;
  readonly traceparent?: string;
  /** A test or a replay is a new delivery; a replay names the delivery that it repeats. */
  readonly kind: 'message' | 'test' | 'replay';
  readonly repeats?: string;
}

export const DELIVERY_REQUEST_HEADER = 'signet-request';

export const encodeDeliveryRequest = (request: DeliveryRequest): Record<string, string> => ({
  [DELIVERY_REQUEST_HEADER]: JSON.stringify(request),
});

/** Returns undefined when the record is not a delivery request. */
export function decodeDeliveryRequest(
  headers: Readonly<Record<string, Buffer | undefined>>,
): DeliveryRequest | undefined {
  const header = headers[DELIVERY_REQUEST_HEADER];
  if (!header) return undefined;
  try {
    const request = JSON.parse(header.toString('utf8')) as DeliveryRequest;
    const complete =
      request.deliveryId &&
      request.webhookId &&
      request.tenantId &&
      request.eventId &&
      request.eventType &&
      request.messageTime;
    return complete ? request : undefined;
  } catch {
    return undefined;
  }
}

const OPEN = Buffer.from('{"type":"');
const TIME = Buffer.from('","timestamp":"');
const DATA = Buffer.from('","data":');
const CLOSE = Buffer.from('}');

/**
 * The body of Standard Webhooks, `{"type","timestamp","data"}`, built by joining bytes: `data` is the producer's own.
 * `type` comes from the catalogue and `time` is RFC 3339, so neither needs escaping.
 */
export const webhookBody = (message: { type: string; time: string; data: Buffer }): Buffer =>
  Buffer.concat([OPEN, Buffer.from(message.type), TIME, Buffer.from(message.time), DATA, message.data, CLOSE]);
