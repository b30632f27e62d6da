import type { ExportResult } from '@opentelemetry/core';
import { ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { SpanOutcome } from '../tracing.ts';

export interface ExportListener {
  /** Called when the collector has not taken a batch of spans; then not again until `recovered`. */
  failing(error: Error | undefined): void;
  recovered(): void;
}

/** If so many spans wait for the collector, further ones are dropped. They take a few megabytes. */
const MAX_WAITING = 8_192;
const BATCH_SIZE = 512;
/** How long a span may wait until its batch is sent, milliseconds. */
const LINGER_MS = 1_000;

/**
 * The batch processor of OpenTelemetry with a limit of its own and counters: the service never waits for the collector, and the
 * spans that the collector could not take are counted.
 */
export class CountedExport implements SpanProcessor {
  readonly counts: Record<SpanOutcome, number> = { exported: 0, failed: 0, dropped: 0 };
  private readonly batches: BatchSpanProcessor;
  private waiting = 0;
  private isFailing = false;

  constructor(
    exporter: SpanExporter,
    private readonly listener: ExportListener,
  ) {
    this.batches = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) => {
          this.waiting -= spans.length;
          exporter.export(spans, (result) => {
            this.exported(spans.length, result);
            // The processor would only report the error once more.
            done({ code: ExportResultCode.SUCCESS });
          });
        },
        shutdown: () => exporter.shutdown(),
        ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
      },
      maxQueueSize: MAX_WAITING,
      maxExportBatchSize: BATCH_SIZE,
      scheduledDelayMillis: LINGER_MS,
    });
  }

  onStart(): void {
    // Spans are counted when they end.
  }

  onEnd(span: ReadableSpan): void {
    if (this.waiting >= MAX_WAITING) {
      this.counts.dropped += 1;
      return;
    }
    this.waiting += 1;
    this.batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.batches.shutdown();
  }

  private exported(count: number, { code, error }: ExportResult): void {
    const isTaken = code === ExportResultCode.SUCCESS;
    this.counts[isTaken ? 'exported' : 'failed'] += count;
    if (isTaken === !this.isFailing) return;
    this.isFailing = !isTaken;
    if (isTaken) this.listener.recovered();
    else this.listener.failing(error);
  }
}
