export { backoffMs } from './backoff.ts';
export type { Backoff } from './backoff.ts';
export { Batcher } from './batcher.ts';
export { settledWithin, withTimeout } from './bounded-wait.ts';
export { KeyedMutex } from './keyed-mutex.ts';
export { pause } from './pause.ts';
export { retry } from './retry.ts';
export type { Failure, RetryOptions } from './retry.ts';
export { Semaphore } from './semaphore.ts';
