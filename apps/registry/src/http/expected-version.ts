import type { IfMatch } from '@signet/service-kit';
import { matchesVersion } from '@signet/service-kit';
import { staleVersion } from './problems.ts';

/**
 * The version that a change must find, undefined for any: the present one where `If-Match` names it, so that the append
 * refuses what another writer makes of it in between.
 *
 * @throws Problem 412 `stale_version` where it names others; a change that changes nothing would not come as far as
 * the append
 */
export function expectedVersion(present: number, ifMatch: IfMatch): number | undefined {
  if (!matchesVersion(ifMatch, present)) throw staleVersion(present);
  return ifMatch && present;
}
