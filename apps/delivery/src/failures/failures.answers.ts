import { DELIVERY_STATUSES, ERROR_CLASSES } from '@signet/contracts';
import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';
import type { FailureGroup } from './failure-group.ts';

const instant = z.iso.datetime();

const failureGroupAnswer = z
  .strictObject({
    tenantId: z.string(),
    webhookId: z.uuid(),
    webhookName: z.string().nullable().meta({ description: 'The present name of the webhook; null: it is deleted.' }),
    errorClass: z.enum(ERROR_CLASSES).meta({
      description:
        'How the last attempt of each of these deliveries failed; if there was no attempt, why the delivery ended.',
    }),
    count: z.int().min(1).meta({ description: 'Number of deliveries: failed and waiting together.' }),
    failed: z.int().min(0).meta({ description: 'Number of deliveries that have ended as FAILED.' }),
    waiting: z.int().min(0).meta({
      description: 'Number of deliveries with the status RETRYING: they have failed and will be tried again.',
    }),
    heldUntil: instant.nullable().meta({
      description:
        "Not null: the waiting deliveries are held back at least until this time, because the webhook's circuit is open.",
    }),
    firstCreatedAt: instant.meta({ description: 'When the oldest of these deliveries was created.' }),
    lastCreatedAt: instant.meta({ description: 'When the newest of these deliveries was created.' }),
    sample: z
      .strictObject({
        id: z.uuid(),
        status: z.enum(DELIVERY_STATUSES),
        responseStatusCode: z.int().nullable(),
        errorMessage: z.string().nullable(),
      })
      .meta({ description: 'The newest of these deliveries.' }),
  })
  .meta({ title: 'FailureGroup' });
type FailureGroupView = z.infer<typeof failureGroupAnswer>;

export const failurePageAnswer = pageAnswer(failureGroupAnswer)
  .extend({
    countedFrom: instant.meta({
      description:
        'The deliveries that were created from this time on are counted. It is later than the asked time if more than 20,000 deliveries have failed since: the newest 20,000 are counted.',
    }),
  })
  .meta({ title: 'FailureGroupPage' });
export type FailurePageView = z.infer<typeof failurePageAnswer>;

/** What the view of a group shows besides its deliveries. */
export interface FailureContext {
  /** null: the webhook no longer exists. */
  readonly nameOf: (webhookId: string) => string | null;
  /** For webhooks whose circuit is open: when it lets the next probe through, an ISO instant. */
  readonly probeTimes: ReadonlyMap<string, string>;
  readonly now: Date;
}

export function failureGroupView(
  { failed, waiting, sample: { createdAt, ...sample }, ...group }: FailureGroup,
  { nameOf, probeTimes, now }: FailureContext,
): FailureGroupView {
  const probeAt = waiting > 0 ? probeTimes.get(group.webhookId) : undefined;
  // A probe whose time has passed goes out now.
  const heldUntil = probeAt === undefined ? null : new Date(Math.max(Date.parse(probeAt), now.getTime())).toISOString();
  return {
    ...group,
    webhookName: nameOf(group.webhookId),
    count: failed + waiting,
    failed,
    waiting,
    heldUntil,
    lastCreatedAt: createdAt,
    sample,
  };
}

export const failureGroupExample = {
  tenantId: 'antwerp-jewels',
  webhookId: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
  webhookName: 'Accounting',
  errorClass: 'http_status',
  count: 1_204,
  failed: 1_170,
  waiting: 34,
  heldUntil: '2026-11-23T20:11:27.031Z',
  firstCreatedAt: '2026-11-23T18:00:03.210Z',
  lastCreatedAt: '2026-11-23T20:05:26.164Z',
  sample: {
    id: '7d1f7c1e-58a8-5b0e-8a07-3c5a3f9f6f02',
    status: 'RETRYING',
    responseStatusCode: 500,
    errorMessage: 'The receiver answered 500.',
  },
} satisfies FailureGroupView;
