import type { Batches } from '../load/outgoing.ts';

/** Deliveries of a point, so that it takes some seconds on 2 cores. */
const DELIVERIES = 20_000;
const QUICK_DELIVERIES = 2_000;
/** All data of a point: large messages are fewer. */
const MOST_BYTES = 200_000_000;
const QUICK_MOST_BYTES = 20_000_000;
/** Of a batch: Kafka takes requests of about 1 MB. */
const BATCH_BYTES = 500_000;
const MOST_IN_BATCH = 500;
const FEWEST_MESSAGES = 20;

export interface PointSize {
  /** Deliveries a message. */
  readonly webhooks: number;
  /** Of the data of a message. */
  readonly bytes: number;
  readonly quick: boolean;
  /** Instead of the usual number. */
  readonly deliveries: number | undefined;
}

/** How much is sent at a point, and in which pieces. */
export function loadOf({ webhooks, bytes, quick, deliveries }: PointSize): Batches {
  const wanted = deliveries ?? (quick ? QUICK_DELIVERIES : DELIVERIES);
  const mostOfBytes = (quick ? QUICK_MOST_BYTES : MOST_BYTES) / bytes;
  const messages = Math.max(FEWEST_MESSAGES, Math.floor(Math.min(wanted, mostOfBytes) / webhooks));
  const batch = Math.max(1, Math.min(MOST_IN_BATCH, Math.floor(BATCH_BYTES / bytes)));
  return { messages, batch, width: 2 };
}
