import type { AbandonReason, Clock } from '@signet/contracts';
import type { RetryPolicy } from '../delivery/retry-schedule.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import type { CompletedAttempt } from '../attempt/attempt.ts';
import type { Circuits } from '../circuit/circuits.ts';
import type { PlatformFault } from '../platform-fault/platform-fault.ts';
import type { DeliveryTask } from './delivery-task.ts';
import type { FirstLooks } from '../webhook-directory/first-looks.ts';
import type { RateLimits } from './rate-limits.ts';
import type { DispatchObserver } from '../dispatch/dispatch-observer.ts';
import type { DeliverySpans } from '../tracing/delivery-spans.ts';
import type { TaskStore } from '../recording/task-store.ts';

export interface DispatchLimits {
  /** POSTs to one webhook at once. */
  readonly perWebhook: number;
  /** POSTs at once, all webhooks together. */
  readonly total: number;
  /** Deliveries leased from PostgreSQL in memory at once, all webhooks together. */
  readonly leased: number;
  /** How long an attempt may take where its webhook does not say. */
  readonly requestTimeoutMs: number;
  /** How long a webhook may be unknown before its deliveries end as `deleted`: the directory may lag behind fan-out. */
  readonly unknownWebhookMs: number;
  /** A delivery that failed by the platform's fault goes out again this much later, and up to as much more. */
  readonly retryOfOursMs: number;
}

export interface AttemptHooks {
  /** Asked when the POST is about to be written. */
  readonly mayBegin: () => boolean;
  /** The POST has failed, and its outcome waits for the verdict whose fault that is. */
  readonly awaitsVerdict: () => void;
}

export interface DispatcherParts {
  readonly directory: WebhookDirectory;
  readonly circuits: Circuits;
  readonly rates: RateLimits;
  /** Holds back the deliveries of all webhooks while the platform is at fault. */
  readonly platform: Pick<PlatformFault, 'passage' | 'hasBeenAtFaultSince' | 'begin' | 'limit' | 'settle' | 'goOn'>;
  readonly store: TaskStore;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly firstLooks: FirstLooks;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /**
   * Signs and sends. Never rejects because of the network or the receiver. Resolves to null if nothing was sent, because
   * `mayBegin` returned false just before the POST.
   */
  readonly attempt: (
    task: DeliveryTask,
    webhook: RoutedWebhook,
    startedAt: Date,
    hooks: AttemptHooks,
  ) => Promise<CompletedAttempt | null>;
  /** Asks again whether attempts that wait for a connection may begin. */
  readonly withholdWaiting: () => void;
  /** Why the delivery's webhook takes no deliveries now; null: it takes them. */
  readonly reasonToEnd: (task: DeliveryTask) => AbandonReason | null;
  /** Whether the task's partition is still this replica's. */
  readonly owns: (task: DeliveryTask) => boolean;
  /** Whether the consumer group has had a heartbeat of this replica recently enough to start a POST. */
  readonly isMember: () => boolean;
  /** When a lease that is taken now ends. */
  readonly leaseEnd: () => Date;
  /** A webhook with parked deliveries has room for more. */
  readonly onRoom: () => void;
  readonly observer: DispatchObserver;
  readonly spans: Pick<DeliverySpans, 'begin' | 'attempted' | 'broke' | 'withheld' | 'recording'>;
  readonly limits: DispatchLimits;
}
