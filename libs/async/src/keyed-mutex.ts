import { settledWithin } from './bounded-wait.ts';

/**
 * Runs tasks of one key one after the other, in the order of the calls. Tasks of different keys run at the same time. A waiting task
 * has not begun, so it holds no resource that others need.
 */
export class KeyedMutex {
  /** By key, a promise that resolves when the task that was added last has ended. */
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * @param waitMs how long a task may wait for its turn, milliseconds
   * @param late the error for a task whose turn has not come in time
   */
  constructor(
    private readonly waitMs: number,
    private readonly late: () => Error,
  ) {}

  /** @throws the error of `late` when the turn of this task has not come in time; the task is then never run */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const earlier = this.#last.get(key);
    let end = (): void => undefined;
    const last = Promise.all([earlier, new Promise<void>((resolve) => (end = resolve))]);
    this.#last.set(key, last);
    try {
      if (earlier !== undefined && !(await settledWithin(earlier, this.waitMs))) throw this.late();
      return await task();
    } finally {
      end();
      void last.then(() => this.#last.get(key) === last && this.#last.delete(key));
    }
  }

  /** The number of keys for which a task runs or waits. */
  get size(): number {
    return this.#last.size;
  }
}
