import { setTimeout as wait } from 'node:timers/promises';
import { isRetryable, Watermark } from '@signet/kafka';
import type { RecordBatch } from '@signet/kafka';

/** Between two tries of a batch whose order matters, milliseconds. */
const AGAIN_MS = 250;

interface Turns {
  readonly watermark: Watermark;
  /** By first offset: a batch that is tried again is the same one. */
  readonly taken: Map<string, () => void>;
  last: Promise<unknown>;
}

/**
 * Batches of one partition are handed over one behind the other, but worked on at once. Those with deliveries whose order
 * matters take turns here, and it is known up to where all have been taken over. The signal stands for one reading of the
 * partition from the committed offset on.
 */
export class BatchTurns {
  private readonly readings = new WeakMap<AbortSignal, Turns>();

  /** Works on the batch, behind the ordered ones before it where it is ordered itself; such a one is not overtaken by failing. */
  async take<T>(batch: RecordBatch, isOrdered: boolean, work: () => Promise<T>): Promise<T> {
    const turns = this.turns(batch.signal);
    const first = batch.records[0]?.offset ?? '';
    let taken = turns.taken.get(first);
    if (!taken) turns.taken.set(first, (taken = turns.watermark.begin(batch.records.at(-1)?.offset ?? '-1')));
    const result = isOrdered ? turns.last.then(() => untilDone(work, batch.signal)) : work();
    if (isOrdered) turns.last = result.catch(() => undefined);
    const value = await result;
    turns.taken.delete(first);
    taken();
    return value;
  }

  /** The offset behind all that was taken over without a gap; 0 when nothing was. */
  readTo(signal: AbortSignal): bigint {
    return BigInt(this.turns(signal).watermark.committable ?? 0);
  }

  private turns(signal: AbortSignal): Turns {
    let turns = this.readings.get(signal);
    if (!turns) {
      turns = { watermark: new Watermark(), taken: new Map(), last: Promise.resolve() };
      this.readings.set(signal, turns);
    }
    return turns;
  }
}

async function untilDone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error) || signal.aborted) throw error;
      await wait(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
