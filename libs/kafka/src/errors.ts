/** A failure that may pass by itself: the caller tries the same again. */
export class RetryableError extends Error {
  readonly retryable = true;

  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'RetryableError';
  }
}

/** One record is larger than the broker allows. */
export class RecordTooLargeError extends Error {
  readonly retryable = false;
  readonly code = 'record_too_large';

  constructor(cause: unknown) {
    super('The record is larger than Kafka takes.', { cause });
    this.name = 'RecordTooLargeError';
  }
}

/** Connection failures of PostgreSQL (SQLSTATE classes 08, 53, 57) and of sockets: the record is not the cause. */
const PASSING_CODE = /^(08|53|57)|^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;

/** Our errors have a field that says whether the record is tried again; connection errors of drivers are recognized by their codes. */
export function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { retryable, code, cause } = error as { retryable?: unknown; code?: unknown; cause?: unknown };
  if (typeof retryable === 'boolean') return retryable;
  if (typeof code === 'string' && PASSING_CODE.test(code)) return true;
  return cause !== undefined && cause !== error && isRetryable(cause);
}
