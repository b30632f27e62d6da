import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';
import { REPLAY_FAILURES, REPLAY_STATES, REPLAY_STATUSES } from '../replay.ts';
import type { Replay } from '../replay.ts';
import type { ReplayPreview } from '../replays.ts';

const instant = z.iso.datetime();

export const replayAnswer = z
  .strictObject({
    id: z.uuid(),
    tenantId: z.string(),
    webhookId: z.uuid(),
    since: instant,
    until: instant,
    status: z.enum(REPLAY_STATUSES),
    state: z.enum(REPLAY_STATES),
    total: z.int().min(0).nullable().meta({
      description:
        'Number of messages to replay; null until they are counted. When many replays of missed messages run together, they are counted at the end.',
    }),
    requested: z.int().min(0).meta({ description: 'Deliveries requested so far.' }),
    reason: z.enum(REPLAY_FAILURES).nullable().meta({ description: 'Why it has failed.' }),
    createdBy: z.string(),
    createdAt: instant,
    updatedAt: instant,
    completedAt: instant.nullable(),
  })
  .meta({ title: 'Replay' });
export const replayPageAnswer = pageAnswer(replayAnswer);

export const replayPreviewAnswer = z
  .strictObject({
    webhookId: z.uuid(),
    since: instant,
    until: instant,
    status: z.enum(REPLAY_STATUSES),
    count: z.int().min(0).meta({ description: 'Number of messages that would be replayed.' }),
    isExact: z.boolean().meta({
      description: 'false: there are more messages, but counting them all would take too long for a preview.',
    }),
  })
  .meta({ title: 'ReplayPreview' });

export const replayExample = {
  id: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
  tenantId: 'antwerp-jewels',
  webhookId: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
  since: '2026-11-23T18:00:00.000Z',
  until: '2026-11-23T20:05:26.164Z',
  status: 'missed',
  state: 'running',
  total: 1_204,
  requested: 500,
  reason: null,
  createdBy: '0195c1f0-0000-7000-8000-000000000001',
  createdAt: '2026-11-23T20:05:26.164Z',
  updatedAt: '2026-11-23T20:05:27.164Z',
  completedAt: null,
} satisfies z.infer<typeof replayAnswer>;

export const replayPreviewExample = {
  webhookId: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
  since: '2026-11-23T18:00:00.000Z',
  until: '2026-11-23T20:05:26.164Z',
  status: 'missed',
  count: 1_204,
  isExact: true,
} satisfies z.infer<typeof replayPreviewAnswer>;

export const replayView = ({ cursor: _, webhookVersion: __, ...replay }: Replay): z.infer<typeof replayAnswer> => ({
  ...replay,
  since: replay.since.toISOString(),
  until: replay.until.toISOString(),
  createdAt: replay.createdAt.toISOString(),
  updatedAt: replay.updatedAt.toISOString(),
  completedAt: replay.completedAt?.toISOString() ?? null,
});

export const previewView = ({ since, until, ...preview }: ReplayPreview): z.infer<typeof replayPreviewAnswer> => ({
  ...preview,
  since: since.toISOString(),
  until: until.toISOString(),
});
