import type { ApiKeySnapshot } from '@signet/contracts';
import { formatDuration } from '../settings/duration.ts';
import { problem } from '../problem/problem.ts';
import type { ApiKeyLookup } from './lookups.ts';

/** A caller that tries again after this finds the registry back, or is told the same once more. Seconds. */
const RETRY_AFTER_SECONDS = 30;

/**
 * Keys of a directory for as long as the registry writes heartbeats: without them a key that was revoked since would still
 * work. Beyond the limit every key is refused, be it good or not.
 */
export class TrustedKeys implements ApiKeyLookup {
  /**
   * @param ageMs how old the last heartbeat is; undefined: there was none yet
   * @param maxAgeMs how old it may be
   */
  constructor(
    private readonly keys: ApiKeyLookup,
    private readonly ageMs: () => number | undefined,
    private readonly maxAgeMs: number,
  ) {}

  /** @throws Problem 503 `api_keys_outdated` beyond the limit */
  byHash(hash: string): ApiKeySnapshot | undefined {
    const age = this.ageMs();
    if (age !== undefined && age > this.maxAgeMs) {
      throw problem(
        503,
        'api_keys_outdated',
        `The registry has not been heard of for more than ${formatDuration(this.maxAgeMs)}, so that nobody knows which API keys were revoked since. None is accepted until it is back.`,
        { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
      );
    }
    return this.keys.byHash(hash);
  }
}
