import { z } from 'zod';
import { parseRfc3339 } from '../message/rfc3339.ts';

/** One message for one webhook. */
export const deliveryRequest = z
  .object({
    deliveryId: z
      .uuid()
      .describe('UUIDv5 of webhook id, source and message id: the same message twice is one delivery.'),
    webhookId: z.uuid().describe('The key of the record.'),
    tenantId: z.string(),
    eventId: z.uuid().describe('`webhook-id` on the wire: UUIDv5 of source and message id.'),
    eventType: z.string().describe('Name in the event catalogue.'),
    source: z.string().describe('CloudEvents source of the message.'),
    messageId: z.string().describe('CloudEvents id of the message.'),
    subject: z.string().optional().describe('Id of the object that the message is about.'),
    messageTime: z
      .string()
      .refine((time) => parseRfc3339(time) !== undefined)
      .describe("The message's `time`, RFC 3339."),
    acceptedAt: z
      .int()
      .describe("When Signet accepted the message, milliseconds since the epoch: the start of the objective's clock."),
    traceparent: z.string().optional().describe('W3C trace context of the producer, as it came: the receiver gets it.'),
    spanContext: z
      .string()
      .optional()
      .describe("W3C trace context of Signet's span that asked for the delivery: its spans go on from there."),
    kind: z
      .enum(['message', 'test', 'replay'])
      .describe('A test or a replay is a new delivery; a replay names the delivery that it repeats.'),
    repeats: z.uuid().optional().describe('Of a replay: the delivery that it repeats.'),
  })
  .meta({
    title: 'Delivery request',
    description: 'Which delivery the body in the value is for.',
    examples: [
      {
        deliveryId: '7d1f7c1e-58a8-5b0e-8a07-3c5a3f9f6f02',
        webhookId: '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11',
        tenantId: 'antwerp',
        eventId: 'a3d9c9c2-7ef6-5d0c-9a39-6d0a52ba3a10',
        eventType: 'sale.created',
        source: '/pos/1',
        messageId: 's-1',
        subject: 'S-20318',
        messageTime: '2026-03-01T10:00:00Z',
        acceptedAt: 1772359200050,
        kind: 'message',
      },
    ],
  });
export type DeliveryRequest = Readonly<z.infer<typeof deliveryRequest>>;

const END_OF_BODY = Buffer.from('}');

/**
 * The body of Standard Webhooks, `{"type","timestamp","data"}`, built by joining bytes: `data` is the producer's own.
 */
export const webhookBody = ({ type, time, data }: { type: string; time: string; data: Buffer }): Buffer =>
  Buffer.concat([
    Buffer.from(`{"type":${JSON.stringify(type)},"timestamp":${JSON.stringify(time)},"data":`),
    data,
    END_OF_BODY,
  ]);
