import type { ApiKeySnapshot } from '@signet/contracts';
import { formatDuration } from '../settings/duration.ts';
import { problem } from '../problem/problem.ts';
import type { ApiKeyLookup, KnownSession } from './lookups.ts';

/** After this time a caller should try again: the registry may be back. Seconds. */
const RETRY_AFTER_SECONDS = 30;

/**
 * Accepts the keys of a directory as long as the registry writes heartbeats. Without heartbeats we do not hear of revoked keys,
 * so when the last heartbeat is older than the limit, every key is refused, also a good one.
 */
export class TrustedKeys implements ApiKeyLookup {
  /**
   * @param ageMs the age of the last heartbeat; undefined: there was none yet
   * @param maxAgeMs the limit for this age
   */
  constructor(
    private readonly keys: ApiKeyLookup,
    private readonly ageMs: () => number | undefined,
    private readonly maxAgeMs: number,
  ) {}

  /** @throws Problem 503 `api_keys_outdated` beyond the limit */
  byHash(hash: string): ApiKeySnapshot | undefined {
    this.refuseWhereOutdated();
    return this.keys.byHash(hash);
  }

  /** @throws Problem 503 `api_keys_outdated` beyond the limit */
  bySession(hash: string): KnownSession | undefined {
    this.refuseWhereOutdated();
    return this.keys.bySession(hash);
  }

  private refuseWhereOutdated(): void {
    const age = this.ageMs();
    if (age !== undefined && age > this.maxAgeMs) {
      throw problem(
        503,
        'api_keys_outdated',
        `Nothing has arrived from the registry for more than ${formatDuration(this.maxAgeMs)}, so this service does not know which API keys were revoked since then. It accepts no API key until the registry is back.`,
        { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
      );
    }
  }
}
