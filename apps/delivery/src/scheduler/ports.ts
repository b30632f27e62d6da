import type { AbandonReason } from '@signet/contracts';
import type { Circuits } from '../circuit/circuits.ts';
import type { RetryPolicy } from '../delivery/retry-schedule.ts';
import type { PlatformFault } from '../platform-fault/platform-fault.ts';
import type { FirstLooks } from '../webhook-directory/first-looks.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import type { DeliveryTask } from './delivery-task.ts';

/** What the scheduler asks while it decides. Each answers at once, from memory. */
export interface SchedulerPorts {
  readonly directory: Pick<WebhookDirectory, 'get' | 'isKnownToBeDeleted' | 'mayHaveBegun'>;
  readonly circuits: Pick<Circuits, 'state' | 'slots' | 'begin' | 'giveUp' | 'record' | 'probeAt'>;
  /** Holds back the deliveries of all webhooks while the platform is at fault. */
  readonly platform: Pick<PlatformFault, 'passage' | 'hasBeenAtFaultSince' | 'begin' | 'limit'>;
  readonly claims: ClaimChecks;
  readonly firstLooks: Pick<FirstLooks, 'msSince'>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface ClaimChecks {
  /** Whether the task's partition is still this replica's. */
  readonly owns: (task: DeliveryTask) => boolean;
  /** Whether the consumer group has had a heartbeat of this replica recently enough to start a POST. */
  readonly isMember: () => boolean;
  /** Why the webhook takes no deliveries now; null: it takes them. */
  readonly reasonToEnd: (webhookId: string) => AbandonReason | null;
}

export interface SchedulerSettings {
  readonly policy: RetryPolicy;
  /** POSTs to one webhook at once. */
  readonly perWebhook: number;
  /** POSTs at once, all webhooks together. */
  readonly total: number;
  /** Deliveries leased from PostgreSQL in memory at once, all webhooks together. */
  readonly leased: number;
  /** How long an attempt may take where its webhook does not say, milliseconds. */
  readonly requestTimeoutMs: number;
  /** How long a webhook may be unknown before its deliveries end as `deleted`, milliseconds: the directory may lag behind fan-out. */
  readonly unknownWebhookMs: number;
  /** A delivery that failed by the platform's fault goes out again this much later, and up to as much more, milliseconds. */
  readonly retryOfOursMs: number;
  /** How long a lease lasts, milliseconds. */
  readonly leaseMs: number;
}
