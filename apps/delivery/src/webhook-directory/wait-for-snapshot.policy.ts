/** What this replica's directory, as far as it was read, says of a webhook that takes no deliveries. */
export interface ReadSoFar {
  /**
   * The directory has neither the webhook nor its tombstone: the webhook may be newer than the last record of
   * registry.webhooks.v1 that this replica has read.
   */
  readonly isUnknown: boolean;
  /** A person asked for a retry through a replica that had read a later version, in which the webhook takes deliveries. */
  readonly isNewerKnown: boolean;
}

/** Times of the delivery that would end, milliseconds. */
export interface DeliveryAge {
  readonly ageMs: number;
  /** Time since this replica first checked whether to end it, by the monotonic clock. */
  readonly waitedMs: number;
}

/** How often the directory is checked for an unknown webhook, milliseconds: it may be seconds behind fan-out. */
const UNKNOWN_LOOK_MS = 1_000;
/**
 * How soon the directory is checked again for a newer version, milliseconds. It is usually only milliseconds behind, and a
 * person waits for the retry, so the next read of the work queue checks again: that comes every 250 milliseconds.
 */
const NEWER_LOOK_MS = 100;
/** How long a retry waits for a snapshot that does not come, milliseconds: as long as requests from Kafka do. */
const NEWER_WAIT_MS = 5_000;

/**
 * Says whether to wait before a delivery ends: it must not end only because this replica has not read yet that its webhook
 * was registered or enabled.
 *
 * @returns after how long to check the directory again, milliseconds; null: the delivery ends
 */
export function waitForSnapshotMs(read: ReadSoFar, delivery: DeliveryAge | null, unknownMs: number): number | null {
  const { ageMs, waitedMs } = delivery ?? { ageMs: 0, waitedMs: 0 };
  if (read.isNewerKnown && waitedMs < NEWER_WAIT_MS) return NEWER_LOOK_MS;
  return read.isUnknown && ageMs < unknownMs ? UNKNOWN_LOOK_MS : null;
}
