import { RetryableError } from '@signet/kafka';
import type { RecordBatch } from '@signet/kafka';
import type { Span } from '@signet/service-kit';
import { isDataError } from '../recording/data-error.ts';

/** Where requests were read from: a partition of Kafka, or the shelf's rows of that partition. */
export type Reading = Pick<RecordBatch, 'partition' | 'signal' | 'setAside'> & {
  readonly isShelf?: true;
  readonly span?: Span;
};

export const notTaken = (): Error => new RetryableError('partition_not_taken', 'The partition is not served here.');
export const lost = (): Error => new RetryableError('partition_lost', 'The partition was lost for a moment.');

/**
 * Many errors of a database have no code from the driver. If it is not a data error, the record is not at fault, and the
 * batch is tried again.
 */
export async function unlessAway<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isDataError(error)) throw error;
    throw new RetryableError('database_unavailable', 'PostgreSQL cannot be asked.', { cause: error });
  }
}
