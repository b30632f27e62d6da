import { settledWithin } from '@signet/async';
import type { Registry } from 'prom-client';
import type { Logger } from '../logging/logger.ts';
import { counter, gauge } from './metrics.ts';
import { SAMPLE_METRICS } from './service-metrics.ts';

/** A sample that is younger than this is not read again, so that two Prometheus servers cost as much as one. */
const FRESH_MS = 2_000;
/** How long a scrape waits for samples. Prometheus gives up after 10 s by default; Signet promises an answer within 2 s. */
const SCRAPE_WAIT_MS = 1_000;
/** A value that is older than this is left out of the scrape: an old lag would look like one that does not change. */
const STALE_MS = 60_000;

/** Injection token of the `Samples` of the service. */
export const SAMPLES = Symbol('signet.samples');

/** A value for which PostgreSQL or Kafka must be asked before it can be shown. */
export interface Sample<T> {
  /** Value of the label `sample`. */
  readonly name: string;
  readonly read: () => Promise<T>;
  /** Sets the gauges. */
  readonly show: (value: T) => void;
  /** Removes the values that `show` has set, when they are too old to be right. */
  readonly hide: () => void;
}

interface State {
  readonly sample: Sample<unknown>;
  /** The time of the last success, or of `add` before the first one: milliseconds of the monotonic clock. */
  readAt: number;
  hasBeenRead: boolean;
  /** The read under way. There is at most one, so that waiting sessions do not pile up on a server that hangs. */
  reading: Promise<void> | undefined;
}

export interface SamplesOptions {
  readonly registry: Registry;
  readonly logger: Logger;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  readonly freshMs?: number;
  readonly scrapeWaitMs?: number;
  readonly staleMs?: number;
}

/**
 * Gauges for whose values PostgreSQL or Kafka must be asked. A scrape starts the reads that are due, waits for them for a second
 * at most, and shows the last value if a read has not ended. So a scrape never fails and is never late, whatever PostgreSQL
 * and Kafka do. Without scrapes nothing is read.
 */
export class Samples {
  private readonly states: State[] = [];
  private readonly failures;
  private readonly now: () => number;

  constructor(private readonly options: SamplesOptions) {
    this.now = options.now ?? (() => performance.now());
    this.failures = counter(options.registry, SAMPLE_METRICS.failures);
    gauge(options.registry, SAMPLE_METRICS.age, (age) => {
      for (const { sample, readAt } of this.states) age.set({ sample: sample.name }, (this.now() - readAt) / 1_000);
    });
  }

  add<T>(sample: Sample<T>): void {
    // A gauge without labels would show 0 until it is set.
    sample.hide();
    this.failures.inc({ sample: sample.name }, 0);
    this.states.push({ sample: sample as Sample<unknown>, readAt: this.now(), hasBeenRead: false, reading: undefined });
  }

  /** To be called before a scrape: reads the samples that are due, and resolves after `scrapeWaitMs` at the latest. It never rejects. */
  async refresh(): Promise<void> {
    const { freshMs = FRESH_MS, scrapeWaitMs = SCRAPE_WAIT_MS, staleMs = STALE_MS } = this.options;
    const due = this.states.filter(({ readAt, hasBeenRead }) => !hasBeenRead || this.now() - readAt >= freshMs);
    if (due.length === 0) return;
    const reads = due.map((state) => (state.reading ??= this.read(state)));
    await settledWithin(Promise.all(reads), scrapeWaitMs);
    for (const { sample, readAt } of due) if (this.now() - readAt >= staleMs) sample.hide();
  }

  private async read(state: State): Promise<void> {
    const { sample } = state;
    try {
      sample.show(await sample.read());
      state.readAt = this.now();
      state.hasBeenRead = true;
    } catch (error) {
      this.failures.inc({ sample: sample.name });
      this.options.logger.debug({ err: error, sample: sample.name }, 'a gauge could not be read');
    } finally {
      state.reading = undefined;
    }
  }
}
