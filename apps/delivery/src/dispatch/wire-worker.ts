import { systemMonotonic } from '@signet/contracts';
import type { AbandonReason } from '@signet/contracts';
import { AttemptSender } from '../attempt/attempt-sender.ts';
import type { HandOver } from '../partitions/hand-over.ts';
import type { Ownership, PartitionClaim } from '../partitions/ownership.ts';
import { Recorder } from '../recording/recorder.ts';
import type { RecorderListener } from '../recording/recorder.ts';
import { RefusedDeliveries } from '../recording/refused-deliveries.ts';
import { TaskStore } from '../recording/task-store.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import type { DeliverySpans } from '../tracing/delivery-spans.ts';
import { FirstLooks } from '../webhook-directory/first-looks.ts';
import type { DueDeliveries } from '../work-queue/due-deliveries.ts';
import type { DispatchObserver } from './dispatch-observer.ts';
import { leaseMsOf } from './dispatch.settings.ts';
import type { DispatchDependencies, DispatchSettings } from './dispatch.settings.ts';
import { perWebhookOf } from './wire-circuits.ts';
import type { HoldingBack } from './wire-circuits.ts';
import { Worker } from './worker.ts';

/** How long a webhook may be unknown before its deliveries end as `deleted`, milliseconds. */
const UNKNOWN_WEBHOOK_MS = 30_000;

/** What the worker works with. */
export interface WorkerTools {
  readonly ownership: Ownership;
  readonly due: DueDeliveries;
  readonly handOver: HandOver;
  readonly spans: DeliverySpans;
  readonly stopping: AbortSignal;
  readonly lost: (claim: PartitionClaim) => void;
  /** Why the webhook takes no deliveries now; null: it takes them. */
  readonly reasonToEnd: (webhookId: string) => AbandonReason | null;
  readonly refill: () => void;
}

export function wireRecorder(
  on: DispatchDependencies,
  settings: DispatchSettings,
  { spans, stopping }: Pick<WorkerTools, 'spans' | 'stopping'>,
): Recorder {
  const refused = new RefusedDeliveries(on.deadLetters, on.clock, on.onError, stopping);
  const listener: RecorderListener = {
    committed: () => on.listener.committed(),
    failed: (error, rows) => on.listener.failed(error, rows),
    refused: (error, task) => {
      on.onRefused(task, error);
      return refused.setAside(task, error);
    },
  };
  return new Recorder(on.database, on.partitions, settings.recorder, listener, spans);
}

export function wireWorker(
  on: DispatchDependencies,
  settings: DispatchSettings,
  { circuits, platform }: HoldingBack,
  recorder: Recorder,
  { ownership, due, handOver, spans, lost, reasonToEnd, refill }: WorkerTools,
): Worker {
  const { clock, directory, onError } = on;
  const scheduler = new Scheduler(
    {
      directory: directory.directory,
      circuits,
      platform,
      claims: {
        owns: (task) => ownership.holds(task.claim),
        isMember: on.isMember,
        reasonToEnd,
      },
      firstLooks: new FirstLooks(on.monotonic ?? systemMonotonic),
      random: on.random,
    },
    {
      policy: settings.policy,
      perWebhook: perWebhookOf(settings),
      total: settings.totalConcurrency,
      leased: settings.leasedInMemory,
      requestTimeoutMs: settings.requestTimeoutMs,
      unknownWebhookMs: UNKNOWN_WEBHOOK_MS,
      retryOfOursMs: settings.platformFault.retryMs,
      leaseMs: leaseMsOf(settings),
    },
  );
  const sender = new AttemptSender({
    client: on.client,
    sealing: on.sealing,
    platform,
    spans,
    clock,
    outsideClock: on.outsideClock ?? clock,
    replica: settings.replica,
    defaults: { timeoutMs: settings.requestTimeoutMs, userAgent: settings.userAgent },
  });
  const store = new TaskStore({ recorder, due, handOver, clock, onLost: lost, onError });
  return new Worker(scheduler, { sender, store, refill, observer: observerOf(on), spans }, clock);
}

const observerOf = ({ metrics, onAttempted }: DispatchDependencies): DispatchObserver => ({
  attempted: (task, result) => {
    metrics.attempted(task, result);
    onAttempted?.(task, result);
  },
  abandoned: (task, reason) => metrics.abandoned(task, reason),
  broke: (task, error) => metrics.broke(task, error),
});
