import { z } from 'zod';
import { BUCKETS } from './period.policy.ts';
import type { Bucket } from './period.policy.ts';
import { GROUPINGS } from './statistics.schemas.ts';

const instant = z.iso.datetime();
const count = (description: string) => z.int().min(0).meta({ description });

const percentiles = z.strictObject({ p50: z.int().min(1), p95: z.int().min(1), p99: z.int().min(1) }).meta({
  title: 'Percentiles',
  description: 'Milliseconds, at most 5 % away from the exact value: so many per cent of the times are not longer.',
});

const numbers = {
  deliveries: count('Deliveries that were created in this time.'),
  delivered: count('Those that have succeeded, whenever that was.'),
  failed: count('Those that have failed for good.'),
  pending: count('Those that wait for their first attempt.'),
  retrying: count('Those that wait for a further attempt.'),
  attempts: count('Attempts of all of them so far.'),
  successRate: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .meta({ description: 'Share of the delivered ones among those that have ended; null: none has ended.' }),
  deliveryMs: percentiles
    .nullable()
    .meta({ description: 'Time from the creation of a delivery to its success; null: none has succeeded.' }),
  responseMs: percentiles
    .nullable()
    .meta({ description: 'Duration of the last attempt, where the receiver has answered; null: it never has.' }),
};

export const statisticsNumbers = z.strictObject(numbers).meta({ title: 'StatisticsNumbers' });
export type StatisticsNumbers = z.infer<typeof statisticsNumbers>;

export const statisticsAnswer = z
  .strictObject({
    from: instant.meta({ description: 'Begin of the first bucket.' }),
    to: instant.meta({ description: 'End of the last bucket, not included.' }),
    bucket: z.enum(Object.keys(BUCKETS) as [Bucket, ...Bucket[]]),
    countedAt: instant.nullable().meta({
      description: 'When deliveries were last counted: later changes are not in the numbers yet. null: never.',
    }),
    completeFrom: instant.nullable().meta({
      description:
        'Deliveries that were created before this time are still being counted, after an upgrade; null: all are counted.',
    }),
    total: statisticsNumbers,
    buckets: z
      .array(z.strictObject({ start: instant, ...numbers }).meta({ title: 'StatisticsBucket' }))
      .meta({ description: 'Every bucket, oldest first; also those without deliveries.' }),
    groupBy: z.enum(GROUPINGS).nullable(),
    groups: z
      .array(
        z
          .strictObject({
            key: z.string().meta({ description: 'Id of the webhook or of the tenant, or the event type.' }),
            name: z
              .string()
              .nullable()
              .meta({ description: 'Name of the webhook or of the tenant; null: it is not known any more.' }),
            ...numbers,
            series: z
              .array(
                z
                  .strictObject({
                    deliveries: numbers.deliveries,
                    delivered: numbers.delivered,
                    failed: numbers.failed,
                  })
                  .meta({ title: 'StatisticsPoint' }),
              )
              .nullable()
              .meta({
                description: 'Its numbers in each of the `buckets`, in their order; null without `webhookIds`.',
              }),
          })
          .meta({ title: 'StatisticsGroup' }),
      )
      .meta({ description: 'The groups with the most deliveries; empty without `groupBy`.' }),
    hasMoreGroups: z.boolean().meta({ description: 'There are more groups than `limit`.' }),
  })
  .meta({ title: 'Statistics' });
export type StatisticsView = z.infer<typeof statisticsAnswer>;

const exampleNumbers = {
  deliveries: 1_204,
  delivered: 1_180,
  failed: 3,
  pending: 1,
  retrying: 20,
  attempts: 1_266,
  successRate: 0.9975,
  deliveryMs: { p50: 57, p95: 188, p99: 60_811 },
  responseMs: { p50: 43, p95: 142, p99: 367 },
} satisfies StatisticsNumbers;

export const statisticsExample = {
  from: '2026-11-22T21:00:00.000Z',
  to: '2026-11-23T21:00:00.000Z',
  bucket: '1h',
  countedAt: '2026-11-23T20:05:26.164Z',
  completeFrom: null,
  total: exampleNumbers,
  buckets: [{ start: '2026-11-22T21:00:00.000Z', ...exampleNumbers }],
  groupBy: 'webhook',
  groups: [{ key: '01a20a03-6a9d-799e-8f18-38d27e479d8e', name: 'Orders', ...exampleNumbers, series: null }],
  hasMoreGroups: false,
} satisfies StatisticsView;
