import { VersionConflictError } from '@signet/event-store';
import { isUnavailable } from '@signet/service-kit';

/**
 * SQLSTATEs that PostgreSQL gives when another transaction was in the way: class 40 (deadlock, serialization), a lock
 * that was not available in time, and 25P02, which every statement gets after one that failed.
 */
const IN_THE_WAY = /^(40...|55P03|25P02)$/;

/**
 * Whether an error says nothing about the command itself: its cause is another writer, a lock, a statement's time-out
 * or a lost connection. The same command may succeed later, in a new transaction.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof VersionConflictError || isUnavailable(error)) return true;
  if (typeof error !== 'object' || error === null) return false;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && IN_THE_WAY.test(code)) return true;
  return cause !== undefined && cause !== error && isPassing(cause);
}
