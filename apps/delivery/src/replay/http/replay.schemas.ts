import { pageQuery, time } from '@signet/service-kit';
import { z } from 'zod';
import { REPLAY_STATES, REPLAY_STATUSES } from '../replay.ts';

export const createReplayBody = z
  .strictObject({
    webhookId: z.uuid(),
    since: time.describe('From here on: when the delivery was created or, of missed messages, accepted.'),
    until: time.optional().describe('Before this time; the present where it is missing or in the future.'),
    status: z
      .enum(REPLAY_STATUSES)
      .describe(
        'failed: messages none of whose deliveries succeeded. all: every message whose delivery has ended. missed: messages that never became deliveries, and those under way when the webhook was disabled.',
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
    .describe('true: nothing is replayed, and the answer says how many messages it would be.'),
});
export type CreateReplayQuery = z.infer<typeof createReplayQuery>;

export const listReplaysQuery = z.strictObject({
  ...pageQuery,
  webhookId: z.uuid().optional().describe('Those of one webhook.'),
  state: z.enum(REPLAY_STATES).optional().describe('Those that are running, or how they ended.'),
});
export type ListReplaysQuery = z.infer<typeof listReplaysQuery>;
