/** A failure that time may mend: whoever called tries the same again. */
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

/** One record that is larger than what the broker takes. */
export class RecordTooLargeError extends Error {
  readonly retryable = false;
  readonly code = 'record_too_large';

  constructor(cause: unknown) {
    super('The record is larger than Kafka takes.', { cause });
    this.name = 'RecordTooLargeError';
  }
}

/** Connection failures of PostgreSQL (SQLSTATE classes 08, 53, 57) and of sockets, which say nothing about the record. */
const PASSING_CODE = /^(08|53|57)|^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;

/** An error says for itself whether the record is tried again; drivers' connection errors are known by their codes. */
export function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { retryable, code, cause } = error as { retryable?: unknown; code?: unknown; cause?: unknown };
  if (typeof retryable === 'boolean') return retryable;
  if (typeof code === 'string' && PASSING_CODE.test(code)) return true;
  return cause !== undefined && cause !== error && isRetryable(cause);
}
