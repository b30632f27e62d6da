import type { AbandonReason } from '@signet/contracts';
import { AskedProbes } from '../circuit/asked-probes.ts';
import type { HandOver } from '../partitions/hand-over.ts';
import type { Ownership, PartitionClaim } from '../partitions/ownership.ts';
import { Shelf } from '../shelf/shelf.ts';
import { ShelfLoop } from '../shelf/shelf-loop.ts';
import { Shelving } from '../shelf/shelving.ts';
import { unreadableRow } from '../shelf/unreadable-row.ts';
import { DispatchIntake } from '../sources/dispatch-intake.ts';
import { DueLoop } from '../sources/due-loop.ts';
import type { DeliverySpans } from '../tracing/delivery-spans.ts';
import { AbandonStored } from '../work-queue/abandon-stored.ts';
import type { DueDeliveries } from '../work-queue/due-deliveries.ts';
import { Leases } from '../work-queue/leases.ts';
import { StoredBacklog } from '../work-queue/stored-backlog.ts';
import type { Background } from './background.ts';
import { LEASE_MARGIN_MS, leaseMsOf } from './dispatch.settings.ts';
import type { DispatchDependencies, DispatchSettings } from './dispatch.settings.ts';
import type { Worker } from './worker.ts';

const ABANDONING = { batchSize: 500, againMs: 1_000 };
const SHELVING = { batchSize: 256, batchBytes: 1_048_576 };
const SHELF_LOOP = { pollMs: 250, pauseMs: 10_000, atOnce: 8 };
const DUE_LOOP = { pollMs: 250, batchSize: 500, parkedAtOnce: 1_000, refilledAtOnce: 2_000 };

/** Where the scheduler's work comes from. */
export interface Sources {
  readonly intake: DispatchIntake;
  readonly loop: DueLoop;
  readonly shelf: Shelf;
  readonly shelfLoop: ShelfLoop;
  readonly backlog: StoredBacklog;
  readonly abandonStored: AbandonStored;
  readonly askedProbes: AskedProbes;
}

/** What the sources work with. */
export interface SourceTools {
  readonly ownership: Ownership;
  readonly due: DueDeliveries;
  readonly handOver: HandOver;
  readonly worker: Worker;
  readonly spans: DeliverySpans;
  readonly background: Background;
  readonly stopping: AbortSignal;
  /** Claims of the partitions that this replica may serve now. */
  readonly claims: () => PartitionClaim[];
  readonly lost: (claim: PartitionClaim) => void;
  /** Why the webhook takes no deliveries now; null: it takes them. */
  readonly reasonToEnd: (webhookId: string) => AbandonReason | null;
  readonly isAnyCircuitOpen: () => boolean;
  /** A person has asked for a probe of the webhook. */
  readonly probe: (webhookId: string) => void;
  readonly directoryReady: () => Promise<void>;
}

export function wireSources(on: DispatchDependencies, settings: DispatchSettings, tools: SourceTools): Sources {
  const { database, clock, onError, directory } = on;
  const { due, handOver, ownership, worker, background, stopping, claims } = tools;
  const { scheduler } = worker;
  const leaseMs = leaseMsOf(settings);
  const leases = new Leases(database, clock, leaseMs);
  const loop = new DueLoop(leases, worker, claims, DUE_LOOP, onError);
  const shelf = new Shelf(database);
  const shelfLoop: ShelfLoop = new ShelfLoop({
    shelf,
    claims,
    isReady: (webhookId) => scheduler.loads.isReady(webhookId),
    isBusy: on.isBusy,
    takeBack: (records, partition, onTaken) => intake.takeBack(records, partition, stopping, onTaken),
    onUnreadable: (row, error) => on.deadLetters.publish([unreadableRow(row, error, clock())]),
    clock,
    onError,
    ...SHELF_LOOP,
    unhurriedMs: settings.shelf.unhurriedMs,
  });
  const backlog = new StoredBacklog({
    due,
    handOver,
    ownership,
    clock,
    latestLeaseEnd: () => new Date(clock().getTime() + leaseMs + LEASE_MARGIN_MS),
    committedOffsets: on.committedOffsets,
    onParked: (webhooks) => {
      scheduler.queues.adoptParked(webhooks);
      loop.wake();
    },
    inBackground: (work) => background.run(work),
    stopping,
  });
  const intake: DispatchIntake = new DispatchIntake({
    database,
    due,
    directory: directory.directory,
    heartbeatAgeMs: () => directory.heartbeatAgeMs(),
    directoryReady: tools.directoryReady,
    ownership,
    worker,
    deadLetters: on.deadLetters,
    spans: tools.spans,
    isShelved: (webhookId) => shelfLoop.isWaiting(webhookId),
    shelving: new Shelving(shelf, { ...SHELVING, ...settings.shelf }, () => shelfLoop.shelved()),
    clock,
    options: { spillAfterMs: settings.spillAfterMs, maxAttempts: settings.maxAttempts },
    onLost: tools.lost,
    onReadTo: (partition, offset) => backlog.readTo(partition, offset),
  });
  const abandonStored = new AbandonStored({
    due,
    leases,
    worker,
    claims,
    reasonToEnd: tools.reasonToEnd,
    onError,
    ...ABANDONING,
  });
  const { isAnyCircuitOpen: isAnyOpen, probe } = tools;
  const askedProbes = new AskedProbes({ database, claims, isAnyOpen, probe, onError });
  return { intake, loop, shelf, shelfLoop, backlog, abandonStored, askedProbes };
}
