import { isRetryable } from '@signet/kafka';

/** What `pg` and its pool say without a code when the server is away, or all connections are in use for long. */
const AWAY =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

/** Whether an error says only that PostgreSQL, or another server of ours, cannot be reached now: the same request may do later. */
export function isUnavailable(error: unknown): boolean {
  if (isRetryable(error)) return true;
  if (!(error instanceof Error)) return false;
  return AWAY.test(error.message) || (error.cause !== undefined && error.cause !== error && isUnavailable(error.cause));
}
