import type { IfMatch } from '@signet/service-kit';
import { matchesVersion } from '@signet/service-kit';
import { staleVersion } from './problems.ts';

/**
 * The version that the stream must have when the change is appended; undefined: any. With `If-Match` it is the
 * present version, so that the append is refused if another writer changes the stream in between.
 *
 * @throws Problem 412 `stale_version` where `If-Match` names other versions. It is checked here because a change that
 *   changes nothing never reaches the append.
 */
export function expectedVersion(present: number, ifMatch: IfMatch): number | undefined {
  if (!matchesVersion(ifMatch, present)) throw staleVersion(present);
  return ifMatch && present;
}
