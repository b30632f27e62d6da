import { setTimeout as wait } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { settledWithin } from '@signet/async';
import { systemMonotonic } from '@signet/contracts';
import type { Clock, Monotonic } from '@signet/contracts';
import type { EgressClient } from '@signet/egress';
import type { DeadLetters } from '@signet/kafka';
import { NO_TRACING } from '@signet/service-kit';
import type { TenantChange, TenantDirectory, Tracing } from '@signet/service-kit';
import type { SealingKeys } from '@signet/signature';
import { AskedProbes } from '../circuit/asked-probes.ts';
import { CircuitRecords } from '../circuit/circuit.records.ts';
import { isBeforeEnabling } from '../circuit/circuit.policy.ts';
import { Circuits } from '../circuit/circuits.ts';
import type { CircuitChange } from '../circuit/circuits.ts';
import type { StoredCircuit } from '../circuit/stored-circuit.ts';
import type { DayPartitions } from '../database/day-partitions.ts';
import type { DeliveryMetrics } from '../metrics/delivery-metrics.ts';
import type { RetryPolicy } from '../delivery/retry-schedule.ts';
import { hostOf } from '../platform-fault/host-of.ts';
import type { Evidence } from '../platform-fault/local-evidence.policy.ts';
import { KnownHosts } from '../platform-fault/known-hosts.ts';
import { PlatformFault } from '../platform-fault/platform-fault.ts';
import type { PlatformFaultSettings } from '../platform-fault/platform-fault.ts';
import { PlatformFaultRecords } from '../platform-fault/platform-fault.records.ts';
import type { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import type { WebhookChange } from '../webhook-directory/webhook-directory.ts';
import { DeliverySpans } from '../tracing/delivery-spans.ts';
import { isMended } from '../webhook-directory/is-mended.ts';
import { AttemptSender } from '../attempt/attempt-sender.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import { Worker } from './worker.ts';
import { DispatchIntake } from '../sources/dispatch-intake.ts';
import type { DispatchObserver } from './dispatch-observer.ts';
import { DueDeliveries } from '../work-queue/due-deliveries.ts';
import { DueLoop } from '../sources/due-loop.ts';
import { AbandonStored } from '../work-queue/abandon-stored.ts';
import { FirstLooks } from '../webhook-directory/first-looks.ts';
import { HandOver } from '../partitions/hand-over.ts';
import { Ownership } from '../partitions/ownership.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import { reasonToEnd } from '../webhook-directory/reason-to-end.ts';
import { Recorder } from '../recording/recorder.ts';
import type { RecorderListener } from '../recording/recorder.ts';
import { RefusedDeliveries } from '../recording/refused-deliveries.ts';
import { Shelf } from '../shelf/shelf.ts';
import { ShelfLoop } from '../shelf/shelf-loop.ts';
import { unreadableRow } from '../shelf/unreadable-row.ts';
import { Shelving } from '../shelf/shelving.ts';
import { slotsOfWebhook } from '../scheduler/limits/slots.ts';
import { StoredBacklog } from '../work-queue/stored-backlog.ts';
import { TaskStore } from '../recording/task-store.ts';

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

export interface NotHeld {
  /** Whether all attempts on the wire are recorded, or held for the next owner. */
  readonly isHeld: boolean;
  readonly areCircuitsWritten: boolean;
  readonly attemptsInFlight: number;
}

export interface DispatchDependencies {
  readonly em: EntityManager;
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

/**
 * A lease lasts this much longer than the longest POST plus the longest wait for the verdict whose fault a failure is, so
 * that a live owner always reports before its lease ends.
 */
const LEASE_MARGIN_MS = 15_000;
const MAX_REQUEST_TIMEOUT_MS = 30_000;

/** Connects the parts of dispatch, and starts and stops serving as Kafka assigns and revokes partitions. */
export class DispatchService {
  readonly intake: DispatchIntake;
  readonly worker: Worker;
  readonly circuits: Circuits;
  readonly platform: PlatformFault;
  readonly recorder: Recorder;
  readonly ownership: Ownership;
  private readonly circuitRecords: CircuitRecords;
  private readonly faultRecords: PlatformFaultRecords;
  private readonly knownHosts: KnownHosts;
  private readonly askedProbes: AskedProbes;
  private readonly due: DueDeliveries;
  private readonly handOver: HandOver;
  private readonly backlog: StoredBacklog;
  private readonly loop: DueLoop;
  private readonly shelf: Shelf;
  private readonly shelfLoop: ShelfLoop;
  private readonly abandonStored: AbandonStored;
  private readonly stopping = new AbortController();
  /** Work that was begun without being awaited. */
  private readonly background = new Set<Promise<void>>();
  private lookingAgain: NodeJS.Timeout | undefined;
  private lookingAtClaims: NodeJS.Timeout | undefined;
  private isLookingAtClaims = false;
  /** Partitions that Kafka has assigned to this replica and not revoked since. */
  private readonly given = new Set<number>();
  private isStarted = false;
  /** Number of times that this replica was asked to give its partitions up. */
  private givings = 0;

  constructor(
    private readonly on: DispatchDependencies,
    settings: DispatchSettings,
  ) {
    const { em, clock, client, directory, tenants, metrics } = on;
    const spans = new DeliverySpans(on.tracing ?? NO_TRACING);
    const reasonOf = (webhookId: string) => reasonToEnd(webhookId, directory.directory, tenants);
    const attemptMs = Math.max(settings.requestTimeoutMs, MAX_REQUEST_TIMEOUT_MS) + settings.platformFault.windowMs;
    const leaseMs = attemptMs + LEASE_MARGIN_MS;
    const leaseEnd = (): Date => new Date(clock().getTime() + leaseMs);
    this.ownership = new Ownership(em, clock, settings.replica);
    this.due = new DueDeliveries(em);
    this.handOver = new HandOver(em);
    const perWebhook = slotsOfWebhook(settings.perWebhookConcurrency, settings.totalConcurrency);
    const rules = { failuresInRow: settings.circuitFailures, probeScheduleMs: settings.policy.scheduleMs };
    const listener = {
      passable: (webhookId: string) => this.resume(webhookId),
      changed: (_webhookId: string, _partition: number, to: CircuitChange) => metrics.circuitChanged(to),
      noted: (webhookId: string, partition: number) => this.circuitRecords.note(webhookId, partition),
    };
    this.circuits = new Circuits(rules, perWebhook, clock, listener, (webhookId) => this.activeSinceOf(webhookId));
    this.circuitRecords = new CircuitRecords({
      em,
      read: (webhookId) => this.circuits.stored(webhookId),
      tenantOf: (webhookId) => directory.directory.get(webhookId)?.tenantId,
      claim: (partition) => this.ownership.claim(partition),
      onError: on.onError,
    });
    this.platform = new PlatformFault(
      { ...settings.platformFault, totalConcurrency: settings.totalConcurrency },
      {
        clock,
        isTrustLoaded: on.isTrustLoaded,
        candidates: () => this.scheduler.loads.waiting(),
        hostOf: (webhookId) => {
          const webhook = directory.directory.get(webhookId);
          return webhook && hostOf(webhook);
        },
        canary: on.canary,
        listener: {
          began: (evidence) => {
            on.onPlatformFault(evidence);
            this.faultRecords.began(evidence);
            this.worker.tell({ type: 'PlatformChanged' });
          },
          ended: () => {
            on.onPlatformFault(null);
            this.faultRecords.ended();
            this.lookAtEverything();
          },
          grew: () => this.worker.tell({ type: 'SlotsGrew' }),
          mayProbe: (webhookId) => this.resume(webhookId),
          blamed: (evidence) => metrics.platformFailed(evidence),
        },
      },
    );
    this.faultRecords = new PlatformFaultRecords({
      em,
      clock,
      claims: () => this.ownership.all(),
      onError: on.onError,
    });
    const { memoryMs } = settings.platformFault;
    this.knownHosts = new KnownHosts(em, this.platform.memory, memoryMs, clock, on.onError);
    const refused = new RefusedDeliveries(on.deadLetters, clock, on.onError, this.stopping.signal);
    const recorderListener: RecorderListener = {
      committed: () => on.listener.committed(),
      failed: (error, rows) => on.listener.failed(error, rows),
      refused: (error, task) => {
        on.onRefused(task, error);
        return refused.setAside(task, error);
      },
    };
    this.recorder = new Recorder(em, on.partitions, settings.recorder, recorderListener, spans);
    const scheduler = new Scheduler(
      {
        directory: directory.directory,
        circuits: this.circuits,
        platform: this.platform,
        claims: {
          owns: (task) => this.ownership.holds(task.claim),
          isMember: on.isMember,
          reasonToEnd: reasonOf,
        },
        firstLooks: new FirstLooks(on.monotonic ?? systemMonotonic),
        random: on.random,
      },
      {
        policy: settings.policy,
        perWebhook,
        total: settings.totalConcurrency,
        leased: settings.leasedInMemory,
        requestTimeoutMs: settings.requestTimeoutMs,
        unknownWebhookMs: 30_000,
        retryOfOursMs: settings.platformFault.retryMs,
        leaseMs,
      },
    );
    const sender = new AttemptSender({
      client,
      sealing: on.sealing,
      platform: this.platform,
      spans,
      clock,
      outsideClock: on.outsideClock ?? clock,
      replica: settings.replica,
      defaults: { timeoutMs: settings.requestTimeoutMs, userAgent: settings.userAgent },
    });
    const store = new TaskStore({
      recorder: this.recorder,
      due: this.due,
      handOver: this.handOver,
      clock,
      onLost: (claim) => this.lost(claim),
      onError: on.onError,
    });
    const observer: DispatchObserver = {
      attempted: (task, result) => {
        metrics.attempted(task, result);
        on.onAttempted?.(task, result);
      },
      abandoned: (task, reason) => metrics.abandoned(task, reason),
      broke: (task, error) => metrics.broke(task, error),
    };
    this.worker = new Worker(scheduler, { sender, store, refill: () => this.loop.wake(), observer, spans }, clock);
    const claims = (): PartitionClaim[] => (this.isServing ? this.ownership.all() : []);
    this.loop = new DueLoop(this.due, this.worker, claims, clock, leaseEnd, DUE_LOOP, on.onError);
    this.askedProbes = new AskedProbes({
      em,
      claims,
      isAnyOpen: () => this.circuits.openCount() > 0,
      probe: (webhookId) => void this.inBackground(() => this.probeNow(webhookId)),
      onError: on.onError,
    });
    this.shelf = new Shelf(em);
    this.shelfLoop = new ShelfLoop({
      shelf: this.shelf,
      claims,
      isReady: (webhookId) => scheduler.loads.isReady(webhookId),
      isBusy: on.isBusy,
      takeBack: (records, partition) => this.intake.takeBack(records, partition, this.stopping.signal),
      onUnreadable: (row, error) => on.deadLetters.publish([unreadableRow(row, error, clock())]),
      clock,
      onError: on.onError,
      ...SHELF_LOOP,
      unhurriedMs: settings.shelf.unhurriedMs,
    });
    this.abandonStored = new AbandonStored({
      due: this.due,
      worker: this.worker,
      claims,
      reasonToEnd: reasonOf,
      leaseEnd,
      clock,
      onError: on.onError,
      ...ABANDONING,
    });
    this.backlog = new StoredBacklog({
      due: this.due,
      handOver: this.handOver,
      ownership: this.ownership,
      clock,
      latestLeaseEnd: () => new Date(leaseEnd().getTime() + LEASE_MARGIN_MS),
      committedOffsets: on.committedOffsets,
      onParked: (webhooks) => {
        scheduler.queues.adoptParked(webhooks);
        this.loop.wake();
      },
      inBackground: (work) => this.inBackground(work),
      stopping: this.stopping.signal,
    });
    this.intake = new DispatchIntake({
      em,
      due: this.due,
      directory: directory.directory,
      heartbeatAgeMs: () => directory.heartbeatAgeMs(),
      directoryReady: () => this.whenDirectoriesAreComplete(),
      ownership: this.ownership,
      worker: this.worker,
      deadLetters: on.deadLetters,
      spans,
      shelving: new Shelving(this.shelf, { ...SHELVING, ...settings.shelf }, () => this.shelfLoop.shelved()),
      clock,
      options: { spillAfterMs: settings.spillAfterMs, maxAttempts: settings.maxAttempts },
      onLost: (claim) => this.lost(claim),
      onReadTo: (partition, offset) => this.backlog.readTo(partition, offset),
    });
    directory.directory.onChange((change) => this.webhookChanged(change));
    tenants.onChange((change) => this.tenantChanged(change));
  }

  get scheduler(): Scheduler {
    return this.worker.scheduler;
  }

  /** Begins to serve stored deliveries once the directories of webhooks and tenants are complete. */
  async start(): Promise<void> {
    await this.knownHosts.start();
    await this.whenDirectoriesAreComplete();
    this.isStarted = true;
    this.loop.start();
    this.shelfLoop.start();
    this.askedProbes.start();
    this.lookingAgain = setInterval(() => this.backlog.lookAgain(), LOOK_AGAIN_MS);
    this.lookingAtClaims = setInterval(() => this.lookAtClaims(), LOOK_AT_CLAIMS_MS);
    this.sweep(this.ownership.all().map(({ partition }) => partition));
  }

  /** Reads no more deliveries from PostgreSQL, and waits until the attempts on the wire are recorded. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.lookingAgain);
    clearInterval(this.lookingAtClaims);
    await this.loop.stop();
    await this.askedProbes.stop();
    await this.abandonStored.stop();
    this.platform.settle();
    await this.worker.drain();
    this.platform.stop();
    await this.shelfLoop.stop();
    // Background work may start more of it: if a claim is found to be lost, its partition is taken back and its parked
    // deliveries are read.
    while (this.background.size > 0) await Promise.all(this.background);
    await this.knownHosts.stop();
    await this.faultRecords.stop();
    await this.circuitRecords.stop();
    this.circuits.close();
  }

  /** How long the longest overdue delivery of our partitions has been due, seconds. */
  async overdueSeconds(): Promise<number> {
    const now = this.on.clock();
    const oldest = await this.due.oldestDue(
      this.ownership.all().map(({ partition }) => partition),
      now,
    );
    return oldest === null ? 0 : (now.getTime() - oldest.getTime()) / 1_000;
  }

  /** Number of shelved requests of our partitions. */
  async shelvedRequests(): Promise<number> {
    const { open, closed } = await this.shelvedByCircuit();
    return open + closed;
  }

  /** The same number, split by whether the webhook's circuit is closed. */
  shelvedByCircuit(): Promise<{ open: number; closed: number }> {
    const partitions = this.ownership.all().map(({ partition }) => partition);
    const heldBack = this.circuits.longestOpen(Infinity).map(({ webhookId }) => webhookId);
    return this.shelf.sizes(partitions, heldBack);
  }

  /**
   * Another replica may soon take any of the partitions: no POST is started any more. Attempts on the wire are recorded, or
   * held if they take longer. The circuits are written down for the next owner. Partitions that stay go on with `assigned`.
   *
   * Kafka waits for this only briefly, so PostgreSQL gets at most `GIVING_UP_MS`. Deliveries that are not held by then are
   * sent once more by the next owner. It does not know the failures that circuits have counted since their last write: it goes
   * on from the written numbers, and counts the repeated attempts.
   */
  async givingUp(): Promise<void> {
    this.givings += 1;
    const bound = AbortSignal.timeout(GIVING_UP_MS);
    this.platform.settle();
    const isHeld = await this.worker.suspend(GRACE_MS, bound);
    const areCircuitsWritten = await settledWithin(this.circuitRecords.flush(), bound);
    const { attemptsInFlight } = this.worker.scheduler;
    if (!isHeld || !areCircuitsWritten) this.on.onNotHeld({ isHeld, areCircuitsWritten, attemptsInFlight });
  }

  /** Kafka has assigned these partitions to this replica. The list contains the partitions that it had before and keeps. */
  async assigned(partitions: readonly number[]): Promise<void> {
    const { givings } = this;
    for (const partition of partitions) this.given.add(partition);
    await this.ownership.take(partitions);
    // Tasks under a claim that has ended cannot be stored any more.
    this.worker.tell({ type: 'PartitionsLost' });
    await this.takeOverCircuits(partitions);
    if (givings === this.givings) this.goOn();
    this.shelfLoop.shelved();
    await this.backlog.takeOver(partitions);
    if (this.isStarted) this.sweep(partitions);
  }

  /**
   * Reads the circuits that earlier owners wrote down. It comes before the first POST, so that an outage goes on as the same
   * outage when the owner changes.
   */
  private async takeOverCircuits(partitions: readonly number[]): Promise<void> {
    const claims = this.ownership.all().filter((claim) => partitions.includes(claim.partition) && !claim.isTakenOver);
    const stored = await this.circuitRecords.adopt(claims);
    const outdated = stored.filter((circuit) => this.isOutdated(circuit));
    // Circuits that have counted attempts since the claim was taken: these counts were not written yet.
    const counted = claims.flatMap(({ partition }) => this.circuits.idsOf(partition).map((id) => ({ id, partition })));
    this.circuits.restore(stored.filter((circuit) => !outdated.includes(circuit)));
    for (const { id, partition } of counted) this.circuitRecords.note(id, partition);
    for (const { webhookId, partition } of outdated) this.circuitRecords.note(webhookId, partition);
  }

  /**
   * Whether the circuit is from before the webhook was last enabled: that happened while no replica served the webhook, or
   * this replica has read only the last of its changes.
   */
  private isOutdated(circuit: StoredCircuit | null): boolean {
    // Until the directory is completely read it may have an older enabling than the circuit: then this is judged later, by
    // the sweep at the start.
    const activeSince = circuit && this.isStarted ? this.activeSinceOf(circuit.webhookId) : null;
    return circuit !== null && activeSince !== null && isBeforeEnabling(activeSince, circuit);
  }

  private activeSinceOf(webhookId: string): number | null {
    const activeSince = this.on.directory.directory.get(webhookId)?.activeSince;
    return activeSince ? Date.parse(activeSince) : null;
  }

  private goOn(): void {
    this.platform.goOn();
    this.worker.tell({ type: 'Resumed' });
  }

  /** Runs work in the background; only the end of the service waits for it. */
  private inBackground(work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error: unknown) => this.on.onError(error))
      .finally(() => this.background.delete(running));
    this.background.add(running);
    return running;
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) this.given.delete(partition);
    this.letGo(partitions);
  }

  private letGo(partitions: readonly number[]): void {
    this.ownership.release(partitions);
    this.worker.tell({ type: 'PartitionsLost' });
    this.circuits.forget(partitions);
    this.circuitRecords.forget(partitions);
  }

  /**
   * PostgreSQL says that another replica has taken the partition. Usually Kafka revokes it within a moment. If Kafka does
   * not, the other replica was late, and this replica takes the partition back.
   */
  private lost(claim: PartitionClaim): void {
    if (!this.ownership.holds(claim)) return;
    this.letGo([claim.partition]);
    void this.inBackground(() => this.takeBack(claim.partition));
  }

  /**
   * Checks whether our claims still hold in PostgreSQL. Does nothing while the last check is still under way, so that a slow
   * PostgreSQL does not get two queries at once.
   */
  private lookAtClaims(): void {
    if (!this.isServing || this.isLookingAtClaims) return;
    this.isLookingAtClaims = true;
    const looking = this.inBackground(async () => {
      for (const claim of await this.ownership.ended()) this.lost(claim);
    });
    void looking.finally(() => (this.isLookingAtClaims = false));
  }

  private async takeBack(partition: number): Promise<void> {
    const { signal } = this.stopping;
    while (this.given.has(partition) && !this.ownership.claim(partition) && !signal.aborted) {
      try {
        if (this.isServing) return await this.assigned([partition]);
      } catch (error) {
        this.on.onError(error);
      }
      await wait(TAKE_BACK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Starts sending again after a fault of the platform: all sources of deliveries are read. */
  private lookAtEverything(): void {
    this.worker.tell({ type: 'PlatformChanged' });
    this.loop.wake();
    this.shelfLoop.shelved();
  }

  private resume(webhookId: string): void {
    this.worker.tell({ type: 'WebhookMayGoOn', webhookId });
    this.loop.wake();
  }

  /**
   * A person has asked for a probe, or has changed the webhook in a way that may have mended it. If no delivery of the
   * webhook waits, its circuit closes.
   */
  private async probeNow(webhookId: string): Promise<void> {
    if (!this.circuits.probeNow(webhookId) || this.scheduler.loads.isOccupied(webhookId)) return;
    const isWaiting = await this.due.bringForward(this.ownership.all(), webhookId, this.on.clock());
    if (isWaiting) this.loop.wake();
    else this.circuits.closeUnproven(webhookId);
  }

  /** Whether a POST may begin. */
  private get isServing(): boolean {
    return !this.scheduler.isSuspended && this.on.isMember();
  }

  private async whenDirectoriesAreComplete(): Promise<void> {
    await Promise.all([this.on.directory.whenComplete(), this.on.tenants.whenComplete()]);
  }

  /**
   * Ends the stored deliveries of webhooks that take none any more, which an earlier owner may have left. If they cannot be
   * read now, each ends when it is due. It also checks circuits that were taken over before the directory was complete.
   */
  private sweep(partitions: readonly number[]): void {
    for (const id of this.circuits.ids()) {
      const isActive = this.on.directory.directory.get(id)?.isActive ?? false;
      if (!isActive || this.isOutdated(this.circuits.stored(id))) this.circuits.reset(id);
      else this.circuits.belongsToPresent(id);
    }
    void this.inBackground(() => this.abandonStored.sweep(partitions));
  }

  /** Deliveries that wait in memory end at once, stored ones when PostgreSQL has answered. */
  private endDeliveriesOf(webhookIds: readonly string[]): void {
    for (const webhookId of webhookIds) this.worker.tell({ type: 'WebhookEnded', webhookId });
    this.abandonStored.consider(webhookIds);
  }

  private tenantChanged({ tenant, before }: TenantChange): void {
    if (!this.isStarted || tenant.status !== 'suspended' || before?.status === 'suspended') return;
    this.endDeliveriesOf(this.on.directory.directory.idsOfTenant(tenant.id));
  }

  /**
   * Changes that are read before the start are ignored: they may be old, and the sweep at the start checks the webhooks'
   * final state.
   */
  private webhookChanged(change: WebhookChange): void {
    if (!this.isStarted) return;
    if (change.kind === 'deleted') {
      this.circuits.reset(change.webhookId);
      this.endDeliveriesOf([change.webhookId]);
      return;
    }
    const { webhook, before } = change;
    if (!webhook.isActive && before?.isActive !== false) this.endDeliveriesOf([webhook.id]);
    if (!before) return;
    // The webhook was enabled: the registry starts to count its failures from zero, so the circuit does, too.
    if (webhook.isActive !== before.isActive || this.isOutdated(this.circuits.stored(webhook.id)))
      this.circuits.reset(webhook.id);
    // The change may have mended the webhook: its circuit need not wait for the next probe.
    else if (isMended(before, webhook)) void this.inBackground(() => this.probeNow(webhook.id));
  }
}

const LOOK_AGAIN_MS = 30_000;
/**
 * How often our claims are checked, milliseconds. A restored database no longer has them; due deliveries then wait at most
 * this long.
 */
const LOOK_AT_CLAIMS_MS = 5_000;
/** When partitions are given up, attempts on the wire have this long to end by themselves, milliseconds. */
const GRACE_MS = 250;
/**
 * Shorter than the 2 s that the Kafka consumer allows for giving partitions up, so that this limit ends the wait and is
 * logged. Milliseconds.
 */
const GIVING_UP_MS = 1_500;
/** Between two tries to take a partition back, milliseconds. */
const TAKE_BACK_MS = 500;
const ABANDONING = { batchSize: 500, againMs: 1_000 };
const SHELVING = { batchSize: 1_000, batchBytes: 2_097_152 };
const SHELF_LOOP = { pollMs: 250, pauseMs: 10_000, atOnce: 4 };
const DUE_LOOP = { pollMs: 250, batchSize: 500, parkedAtOnce: 1_000, refilledAtOnce: 2_000 };
