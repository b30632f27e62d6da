import { isRetryable } from '@signet/kafka';

/** Messages of `pg` and its pool, which have no code, when the server is away or all connections are in use for long. */
const AWAY =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

/** Whether the only cause of an error is that PostgreSQL, or another server of ours, cannot be reached now: the same request may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (isRetryable(error)) return true;
  if (!(error instanceof Error)) return false;
  return AWAY.test(error.message) || (error.cause !== undefined && error.cause !== error && isUnavailable(error.cause));
}
