/** What the directory of this replica says of a webhook that takes no deliveries, as far as it was read. */
export interface ReadSoFar {
  /** There is no such webhook, and no tombstone of it: it may be newer than what was read. */
  readonly isUnknown: boolean;
  /** A person asked for a retry through a replica that had read a later version, in which the webhook takes deliveries. */
  readonly isNewerKnown: boolean;
}

/** Of the delivery that would end, milliseconds. */
export interface DeliveryAge {
  readonly ageMs: number;
  /** Since this replica first looked whether to end it, by the monotonic clock. */
  readonly waitedMs: number;
}

/** A new webhook is looked for this often, milliseconds: the directory may be seconds behind fan-out. */
const UNKNOWN_LOOK_MS = 1_000;
/**
 * The directory is usually milliseconds behind, and a person waits for the retry: it is looked at again with the next look
 * at the work queue, which comes every 250 milliseconds.
 */
const NEWER_LOOK_MS = 100;
/** A retry waits so long for a snapshot that does not come, milliseconds: as long as requests from Kafka do. */
const NEWER_WAIT_MS = 5_000;

/**
 * A delivery must not end because this replica has not read yet that its webhook was registered or enabled.
 *
 * @returns after how long the directory is looked at again, milliseconds; null: the delivery ends
 */
export function waitForSnapshotMs(read: ReadSoFar, delivery: DeliveryAge | null, unknownMs: number): number | null {
  const { ageMs, waitedMs } = delivery ?? { ageMs: 0, waitedMs: 0 };
  if (read.isNewerKnown && waitedMs < NEWER_WAIT_MS) return NEWER_LOOK_MS;
  return read.isUnknown && ageMs < unknownMs ? UNKNOWN_LOOK_MS : null;
}
