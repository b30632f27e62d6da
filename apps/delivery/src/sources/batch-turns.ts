import { pause, Semaphore } from '@signet/async';
import { isRetryable, Watermark } from '@signet/kafka';
import type { RecordBatch } from '@signet/kafka';

/** Between two tries of a batch whose order matters, milliseconds. */
const AGAIN_MS = 250;

interface Turns {
  readonly watermark: Watermark;
  /** Batches under way, by first offset: a batch that is tried again counts as the same one. */
  readonly taken: Map<string, () => void>;
  /** Ordered batches, one at a time. */
  readonly ordered: Semaphore;
  /** Batches that wait until they may be looked at, one at a time. */
  readonly waiting: Semaphore;
}

/**
 * Kafka hands over the batches of one partition one after the other, but several are worked on at once. Batches with
 * deliveries whose order matters take turns here. This class also knows the offset up to which all batches were taken over. A
 * batch's signal identifies one reading of the partition, which began at the committed offset.
 */
export class BatchTurns {
  private readonly readings = new WeakMap<AbortSignal, Turns>();

  /**
   * Works on the batch. An ordered batch waits for the ordered batches before it; if it fails it is tried again in place, so
   * that none overtakes it.
   */
  async take<T>(batch: RecordBatch, isOrdered: boolean, work: () => Promise<T>): Promise<T> {
    const turns = this.turns(batch.signal);
    const first = batch.records[0]?.offset ?? '';
    let taken = turns.taken.get(first);
    if (!taken) turns.taken.set(first, (taken = turns.watermark.begin(batch.records.at(-1)?.offset ?? '-1')));
    const value = await (isOrdered ? turns.ordered.run(() => untilDone(work, batch.signal)) : work());
    turns.taken.delete(first);
    taken();
    return value;
  }

  /**
   * Waits for something that batches need before they are looked at, one batch after the other. Otherwise a later batch, whose wait
   * ends a little earlier, would overtake.
   */
  async wait(signal: AbortSignal, untilReady: () => Promise<void>): Promise<void> {
    await this.turns(signal).waiting.run(untilReady);
  }

  /** The offset behind the last record up to which all were taken over without a gap; 0 when none was. */
  readTo(signal: AbortSignal): bigint {
    return BigInt(this.turns(signal).watermark.committable ?? 0);
  }

  private turns(signal: AbortSignal): Turns {
    let turns = this.readings.get(signal);
    if (!turns) {
      turns = { watermark: new Watermark(), taken: new Map(), ordered: new Semaphore(1), waiting: new Semaphore(1) };
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
      await pause(AGAIN_MS, signal);
    }
  }
}
