import type { Registry } from 'prom-client';
import type { Logger } from '../logging/logger.ts';
import { counter, gauge } from './metrics.ts';
import { SAMPLE_METRICS } from './service-metrics.ts';

/** A sample that is younger than this is served as it is, so that two Prometheus servers cost as much as one. */
const FRESH_MS = 2_000;
/** How long a scrape waits for samples. Prometheus gives up after 10 s by default; the promise is 2 s. */
const SCRAPE_WAIT_MS = 1_000;
/** A value that is older than this is left out of the scrape: an old lag would look like a steady one. */
const STALE_MS = 60_000;

/** Injection token of the `Samples` of the service. */
export const SAMPLES = Symbol('signet.samples');

/** Something that must be asked for, of PostgreSQL or Kafka, before it can be shown. */
export interface Sample<T> {
  /** Value of the label `sample`. */
  readonly name: string;
  readonly read: () => Promise<T>;
  /** Sets the gauges. */
  readonly show: (value: T) => void;
  /** Removes what `show` has set, once it is too old to be believed. */
  readonly hide: () => void;
}

interface State {
  readonly sample: Sample<unknown>;
  /** Of the last success, or of `add` before the first: milliseconds of the monotonic clock. */
  readAt: number;
  hasBeenRead: boolean;
  /** The read that is under way. There is one at most: a server that hangs must not collect waiting sessions. */
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
 * Gauges whose values have to be asked for. A scrape starts the reads that are due, waits for them a second at most, and
 * shows the last value of each that has not ended: it never fails and is never late, whatever PostgreSQL and Kafka do.
 * Nothing is read while nobody scrapes.
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
    // A gauge without labels says 0 until it is set.
    sample.hide();
    this.failures.inc({ sample: sample.name }, 0);
    this.states.push({ sample: sample as Sample<unknown>, readAt: this.now(), hasBeenRead: false, reading: undefined });
  }

  /** Before a scrape: reads what is due, and resolves after `scrapeWaitMs` at the latest. It never rejects. */
  async refresh(): Promise<void> {
    const { freshMs = FRESH_MS, scrapeWaitMs = SCRAPE_WAIT_MS, staleMs = STALE_MS } = this.options;
    const due = this.states.filter(({ readAt, hasBeenRead }) => !hasBeenRead || this.now() - readAt >= freshMs);
    if (due.length === 0) return;
    const reads = due.map((state) => (state.reading ??= this.read(state)));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, scrapeWaitMs)));
    await Promise.race([Promise.all(reads), late]);
    clearTimeout(timer);
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
