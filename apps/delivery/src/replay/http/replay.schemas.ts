import { pageQuery, tenantQuery, time } from '@signet/service-kit';
import { z } from 'zod';
import { REPLAY_STATES, REPLAY_STATUSES } from '../replay.ts';

export const createReplayBody = z
  .strictObject({
    webhookId: z.uuid(),
    since: time.describe(
      'Begin of the time range, included. It is compared with the time when a delivery was created or, for missed messages, when the message was accepted.',
    ),
    until: time.optional().describe('End of the time range, not included; now when it is missing or in the future.'),
    status: z
      .enum(REPLAY_STATUSES)
      .describe(
        'failed: messages of which every delivery failed. all: every message whose delivery has ended. missed: messages that came while the webhook was disabled and never became deliveries, and messages whose delivery was ended when the webhook was disabled.',
      ),
  })
  .refine(({ since, until }) => until === undefined || since < until, {
    path: ['until'],
    message: 'It must be later than since.',
    params: { rule: 'until_not_after_since' },
  })
  .meta({
    title: 'CreateReplay',
    // Not `examples`: zod leaves those out where a schema transforms.
    example: { webhookId: '01a20a03-6a9d-799e-8f18-38d27e479d8e', since: '2026-11-23T18:00:00Z', status: 'missed' },
  });
export type CreateReplayBody = z.infer<typeof createReplayBody>;

export const createReplayQuery = z.strictObject({
  preview: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: nothing is replayed; the response says how many messages would be.'),
});
export type CreateReplayQuery = z.infer<typeof createReplayQuery>;

export const listReplaysQuery = z.strictObject({
  ...pageQuery,
  ...tenantQuery,
  webhookId: z.uuid().optional().describe('Only of this webhook.'),
  state: z.enum(REPLAY_STATES).optional().describe('Only replays in this state.'),
});
export type ListReplaysQuery = z.infer<typeof listReplaysQuery>;
