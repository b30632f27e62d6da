import { Arrivals } from './arrivals.ts';
import type { ArrivalColumns, ArrivalCount } from './arrivals.ts';

export type Counts = Readonly<Record<string, ArrivalCount>>;
export type LedgerOfPaths = Readonly<Record<string, ArrivalColumns>>;

export const CONTROL = '/control/';

/**
 * What the driver asks the receiver, over the same port: `GET /control/counts`, `GET /control/ledger?path=…` (repeatable)
 * and `DELETE /control/ledger`, which forgets everything. undefined: no such request.
 */
export function answerControl(
  arrivals: Map<string, Arrivals>,
  method: string,
  target: string,
): Counts | LedgerOfPaths | undefined {
  const { pathname, searchParams } = new URL(target, 'http://receiver');
  if (method === 'GET' && pathname === '/control/counts') {
    return Object.fromEntries([...arrivals].map(([path, kept]) => [path, kept.count()]));
  }
  if (method === 'GET' && pathname === '/control/ledger') {
    const paths = searchParams.getAll('path');
    return Object.fromEntries(paths.map((path) => [path, (arrivals.get(path) ?? new Arrivals()).columns()]));
  }
  if (method === 'DELETE' && pathname === '/control/ledger') {
    arrivals.clear();
    return {};
  }
  return undefined;
}
