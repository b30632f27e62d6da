import { NO_TRACING } from '@signet/service-kit';
import type { Circuits } from '../circuit/circuits.ts';
import { HandOver } from '../partitions/hand-over.ts';
import { Ownership } from '../partitions/ownership.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import { PartitionLife } from '../partitions/partition-life.ts';
import type { PlatformFault } from '../platform-fault/platform-fault.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { DispatchIntake } from '../sources/dispatch-intake.ts';
import { DeliverySpans } from '../tracing/delivery-spans.ts';
import { reasonToEnd } from '../webhook-directory/reason-to-end.ts';
import { DueDeliveries } from '../work-queue/due-deliveries.ts';
import { Background } from './background.ts';
import type { DispatchDependencies, DispatchSettings } from './dispatch.settings.ts';
import { WebhookChanges } from './webhook-changes.ts';
import { wireCircuits } from './wire-circuits.ts';
import type { HoldingBack } from './wire-circuits.ts';
import { wireSources } from './wire-sources.ts';
import type { Sources } from './wire-sources.ts';
import { wireRecorder, wireWorker } from './wire-worker.ts';
import type { Worker } from './worker.ts';

const LOOK_AGAIN_MS = 30_000;
/**
 * How often our claims are checked, milliseconds. A restored database no longer has them; due deliveries then wait at most
 * this long.
 */
const LOOK_AT_CLAIMS_MS = 5_000;

/** Connects the parts of dispatch, and starts and stops them. */
export class DispatchService {
  readonly recorder: Recorder;
  readonly ownership: Ownership;
  readonly worker: Worker;
  /** Begins and ends to serve partitions. */
  readonly partitions: PartitionLife;
  private readonly due: DueDeliveries;
  private readonly holdingBack: HoldingBack;
  private readonly sources: Sources;
  private readonly changes: WebhookChanges;
  private readonly stopping = new AbortController();
  private readonly background: Background;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly on: DispatchDependencies,
    settings: DispatchSettings,
  ) {
    const { database, clock } = on;
    const { signal: stopping } = this.stopping;
    const spans = new DeliverySpans(on.tracing ?? NO_TRACING);
    const handOver = new HandOver(database);
    const lost = (claim: PartitionClaim): void => this.partitions.lost(claim);
    const probe = (webhookId: string): void => void this.background.run(() => this.probeNow(webhookId));
    this.background = new Background(on.onError);
    this.ownership = new Ownership(database, clock, settings.replica);
    this.due = new DueDeliveries(database);
    this.holdingBack = wireCircuits(on, settings, this.ownership, {
      passable: (webhookId) => this.resume(webhookId),
      faultBegan: () => this.worker.tell({ type: 'PlatformChanged' }),
      faultEnded: () => this.lookAtEverything(),
      slotsGrew: () => this.worker.tell({ type: 'SlotsGrew' }),
      waiting: () => this.scheduler.loads.waiting(),
    });
    this.recorder = wireRecorder(on, settings, { spans, stopping });
    const reasonOf = (webhookId: string) => reasonToEnd(webhookId, on.directory.directory, on.tenants);
    const shared = {
      ...{ ownership: this.ownership, due: this.due, handOver, spans, stopping, lost },
      reasonToEnd: reasonOf,
    };
    const refill = (): void => this.sources.loop.wake();
    this.worker = wireWorker(on, settings, this.holdingBack, this.recorder, { ...shared, refill });
    const { circuits, circuitTakeOver } = this.holdingBack;
    this.sources = wireSources(on, settings, {
      ...shared,
      worker: this.worker,
      background: this.background,
      claims: () => (this.partitions.isServing ? this.ownership.all() : []),
      isAnyCircuitOpen: () => circuits.openCount() > 0,
      probe,
      directoryReady: () => this.whenDirectoriesAreComplete(),
    });
    const ofPartitions = { ...this.holdingBack, ...this.sources, ownership: this.ownership, worker: this.worker };
    const events = {
      resumed: () => this.sources.shelfLoop.shelved(),
      taken: (partitions: readonly number[]) => this.changes.isStarted && this.sweep(partitions),
      notHeld: on.onNotHeld,
      failed: on.onError,
    };
    this.partitions = new PartitionLife(ofPartitions, on.isMember, this.background, events, stopping);
    const { directory } = on.directory;
    const { abandonStored } = this.sources;
    this.changes = new WebhookChanges(circuits, circuitTakeOver, this.worker, abandonStored, directory, probe);
    directory.onChange((change) => this.changes.webhookChanged(change));
    on.tenants.onChange((change) => this.changes.tenantChanged(change));
  }

  get intake(): DispatchIntake {
    return this.sources.intake;
  }

  get scheduler(): Scheduler {
    return this.worker.scheduler;
  }

  get circuits(): Circuits {
    return this.holdingBack.circuits;
  }

  get platform(): PlatformFault {
    return this.holdingBack.platform;
  }

  /** Begins to serve stored deliveries once the directories of webhooks and tenants are complete. */
  async start(): Promise<void> {
    await this.holdingBack.knownHosts.start();
    await this.whenDirectoriesAreComplete();
    this.changes.isStarted = true;
    const { loop, shelfLoop, askedProbes, backlog } = this.sources;
    loop.start();
    shelfLoop.start();
    askedProbes.start();
    this.timers.push(setInterval(() => backlog.lookAgain(), LOOK_AGAIN_MS));
    this.timers.push(setInterval(() => this.partitions.lookAtClaims(), LOOK_AT_CLAIMS_MS));
    this.sweep(this.ownedPartitions());
  }

  /** Reads no more deliveries from PostgreSQL, and waits until the attempts on the wire are recorded. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers) clearInterval(timer);
    const { loop, shelfLoop, askedProbes, abandonStored } = this.sources;
    const { platform, knownHosts, faultRecords, circuitRecords, circuits } = this.holdingBack;
    await loop.stop();
    await askedProbes.stop();
    await abandonStored.stop();
    platform.settle();
    await this.worker.drain();
    platform.stop();
    await shelfLoop.stop();
    // If a claim is found to be lost, its partition is taken back and its parked deliveries are read.
    await this.background.ended();
    await knownHosts.stop();
    await faultRecords.stop();
    await circuitRecords.stop();
    circuits.close();
  }

  /** How long the longest overdue delivery of our partitions has been due, seconds. */
  async overdueSeconds(): Promise<number> {
    const now = this.on.clock();
    const oldest = await this.due.oldestDue(this.ownedPartitions(), now);
    return oldest === null ? 0 : (now.getTime() - oldest.getTime()) / 1_000;
  }

  /** Number of shelved requests of our partitions. */
  async shelvedRequests(): Promise<number> {
    const { open, closed } = await this.shelvedByCircuit();
    return open + closed;
  }

  /** The same number, split by whether the webhook's circuit is closed. */
  shelvedByCircuit(): Promise<{ open: number; closed: number }> {
    const heldBack = this.circuits.longestOpen(Infinity).map(({ webhookId }) => webhookId);
    return this.sources.shelf.sizes(this.ownedPartitions(), heldBack);
  }

  private ownedPartitions(): number[] {
    return this.ownership.all().map(({ partition }) => partition);
  }

  /** Starts sending again after a fault of the platform: all sources of deliveries are read. */
  private lookAtEverything(): void {
    this.worker.tell({ type: 'PlatformChanged' });
    this.sources.loop.wake();
    this.sources.shelfLoop.shelved();
  }

  private resume(webhookId: string): void {
    this.worker.tell({ type: 'WebhookMayGoOn', webhookId });
    this.sources.loop.wake();
  }

  /**
   * A person has asked for a probe, or has changed the webhook in a way that may have mended it. If no delivery of the
   * webhook waits, its circuit closes.
   */
  private async probeNow(webhookId: string): Promise<void> {
    if (!this.circuits.probeNow(webhookId) || this.scheduler.loads.isOccupied(webhookId)) return;
    const isWaiting = await this.due.bringForward(this.ownership.all(), webhookId, this.on.clock());
    if (isWaiting) this.sources.loop.wake();
    else this.circuits.closeUnproven(webhookId);
  }

  private async whenDirectoriesAreComplete(): Promise<void> {
    await Promise.all([this.on.directory.whenComplete(), this.on.tenants.whenComplete()]);
  }

  /**
   * Ends the stored deliveries of webhooks that take none any more, which an earlier owner may have left. If they cannot be
   * read now, each ends when it is due. It also checks circuits that were taken over before the directory was complete.
   */
  private sweep(partitions: readonly number[]): void {
    this.holdingBack.circuitTakeOver.sweep();
    void this.background.run(() => this.sources.abandonStored.sweep(partitions));
  }
}
