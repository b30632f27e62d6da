import type { Clock, Monotonic } from '@signet/contracts';
import type { EgressClient } from '@signet/egress';
import type { DeadLetters } from '@signet/kafka';
import type { TenantDirectory, Tracing } from '@signet/service-kit';
import type { SealingKeys } from '@signet/signature';
import type { Database } from '../database/database.port.ts';
import type { DayPartitions } from '../database/day-partitions.ts';
import type { RetryPolicy } from '../delivery/retry-schedule.ts';
import type { DeliveryMetrics } from '../metrics/delivery-metrics.ts';
import type { NotHeld } from '../partitions/partition-life.ts';
import type { Evidence } from '../platform-fault/local-evidence.policy.ts';
import type { PlatformFaultSettings } from '../platform-fault/platform-fault.ts';
import type { RecorderListener } from '../recording/recorder.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import type { DispatchObserver } from './dispatch-observer.ts';

export interface DispatchSettings {
  readonly replica: string;
  readonly policy: RetryPolicy;
  /** A webhook's circuit opens at this many failures in a row. */
  readonly circuitFailures: number;
  readonly maxAttempts: number;
  readonly platformFault: Omit<PlatformFaultSettings, 'totalConcurrency'> & {
    /** A delivery that failed by the platform's fault goes out again this much later, and up to as much more, milliseconds. */
    readonly retryMs: number;
  };
  readonly requestTimeoutMs: number;
  readonly perWebhookConcurrency: number;
  readonly totalConcurrency: number;
  readonly leasedInMemory: number;
  readonly spillAfterMs: number;
  readonly recorder: { readonly batchSize: number; readonly lingerMs: number; readonly lanes: number };
  readonly shelf: {
    /** How long requests may wait for others before they are shelved together, milliseconds. */
    readonly lingerMs: number;
    /** While the process is busy one row of a webhook that takes nothing is taken back in this time, milliseconds. */
    readonly unhurriedMs: number;
  };
  readonly userAgent: string;
}

export interface DispatchDependencies {
  readonly database: Database;
  readonly clock: Clock;
  /** The clock for the timestamps of signatures; by default `clock`. */
  readonly outsideClock?: Clock;
  /** By default the process's own. */
  readonly monotonic?: Monotonic;
  readonly random: () => number;
  readonly client: Pick<EgressClient, 'post' | 'withholdWaiting'>;
  readonly sealing: SealingKeys;
  readonly partitions: DayPartitions;
  readonly directory: Pick<WebhookDirectoryReader, 'directory' | 'whenComplete' | 'heartbeatAgeMs'>;
  readonly tenants: Pick<TenantDirectory, 'isSuspended' | 'onChange' | 'whenComplete'>;
  readonly metrics: DeliveryMetrics;
  readonly listener: Omit<RecorderListener, 'refused'>;
  /** PostgreSQL refused the events of a delivery. Its request goes to the dead-letter topic. */
  readonly onRefused: (task: DeliveryTask, error: unknown) => void;
  /** For records that are found to be faulty only after they have left Kafka, on the shelf. */
  readonly deadLetters: Pick<DeadLetters, 'publish'>;
  readonly onError: (error: unknown) => void;
  /** An attempt has ended. */
  readonly onAttempted?: DispatchObserver['attempted'];
  /** By default nothing is traced. */
  readonly tracing?: Tracing;
  /** Partitions were given up while PostgreSQL did not answer. */
  readonly onNotHeld: (notHeld: NotHeld) => void;
  /** Whether the trusted certificates, by which receivers' certificates are checked, could be loaded. */
  readonly isTrustLoaded: boolean;
  /** Sends a request to the operator's canary URL, and resolves to whether it was reached. null: no canary is set. */
  readonly canary: (() => Promise<boolean>) | null;
  /** Called with the evidence when a fault of the platform begins, and with null when it ends. */
  readonly onPlatformFault: (evidence: Evidence | null) => void;
  /** Whether this process is busy: work that is not urgent then waits. */
  readonly isBusy: () => boolean;
  /** Whether the membership in the consumer group is fresh enough to start a POST. */
  readonly isMember: () => boolean;
  /** The offsets from which these partitions of delivery.requests.v1 are read: all requests before them are stored. */
  readonly committedOffsets: (partitions: readonly number[]) => Promise<ReadonlyMap<number, bigint>>;
}

const MAX_REQUEST_TIMEOUT_MS = 30_000;
/**
 * A lease lasts this much longer than the longest POST plus the longest wait for the verdict whose fault a failure is, so
 * that a live owner always reports before its lease ends.
 */
export const LEASE_MARGIN_MS = 15_000;

/** How long a lease lasts, milliseconds. */
export const leaseMsOf = ({ requestTimeoutMs, platformFault }: DispatchSettings): number =>
  Math.max(requestTimeoutMs, MAX_REQUEST_TIMEOUT_MS) + platformFault.windowMs + LEASE_MARGIN_MS;
