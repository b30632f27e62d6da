import type { Plan, Primary } from './sizes.policy.ts';

/** Deliveries a second that the page calculates for. */
export const RATES = [1_000, 10_000, 100_000] as const;

/** Change a line, run `npm run docs`, and the page is yours. */
export const PLAN: Plan = {
  load: 0.6,
  coresOfReplica: 1,
  partitionsOfReplica: 2,
  leastPartitions: 6,
  leastReplicas: 2,
  dispatchConcurrency: 1_024,
  answerSeconds: 0.2,
  connectionsOfReplica: 13,
  otherConnections: 20,
  kafkaReplicas: 3,
  kafkaDays: 7,
  retentionDays: 90,
};

/** The page also says what a short retention changes. */
export const SHORT_RETENTION_DAYS = 7;

/** `checkpoint_timeout`, with a `max_wal_size` that does not end it before. */
export const CHECKPOINT_SECONDS = 900;

export const LARGE_PRIMARY: Primary = {
  cores: 64,
  memoryBytes: 256e9,
  walPerSecond: 200e6,
  writesPerSecond: 80_000,
  diskBytes: 64e12,
};
