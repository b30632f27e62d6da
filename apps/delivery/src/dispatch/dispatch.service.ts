import { setTimeout as wait } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { systemMonotonic } from '@signet/contracts';
import type { Clock, Monotonic } from '@signet/contracts';
import type { EgressClient, EgressRequest } from '@signet/egress';
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
import { settledBefore } from '../settled-before.ts';
import { hostOf } from '../platform-fault/host-of.ts';
import type { Evidence } from '../platform-fault/local-evidence.policy.ts';
import { KnownHosts } from '../platform-fault/known-hosts.ts';
import { PlatformFault } from '../platform-fault/platform-fault.ts';
import type { PlatformFaultSettings } from '../platform-fault/platform-fault.ts';
import { PlatformFaultRecords } from '../platform-fault/platform-fault.records.ts';
import type { SeenAttempt } from '../platform-fault/seen-attempt.ts';
import type { WebhookDirectoryReader } from '../webhook-directory/webhook-directory.reader.ts';
import type { WebhookChange } from '../webhook-directory/webhook-directory.ts';
import { DeliverySpans } from '../tracing/delivery-spans.ts';
import { isMended } from '../webhook-directory/is-mended.ts';
import { prepareAttempt, sendAttempt } from '../attempt/attempt.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { Dispatcher } from '../scheduler/dispatcher.ts';
import { ClientIdentities } from '../attempt/client-identities.ts';
import { DispatchIntake } from '../sources/dispatch-intake.ts';
import type { DispatchObserver } from './dispatch-observer.ts';
import { DueDeliveries } from '../work-queue/due-deliveries.ts';
import { DueLoop } from '../sources/due-loop.ts';
import { AbandonStored } from '../work-queue/abandon-stored.ts';
import { FirstLooks } from '../webhook-directory/first-looks.ts';
import { HandOver } from '../partitions/hand-over.ts';
import { HeaderCredentials } from '../attempt/header-credentials.ts';
import { Ownership } from '../partitions/ownership.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import { reasonToEnd } from '../webhook-directory/reason-to-end.ts';
import { Recorder } from '../recording/recorder.ts';
import { RateLimits } from '../scheduler/rate-limits.ts';
import type { RecorderListener } from '../recording/recorder.ts';
import { RefusedDeliveries } from '../recording/refused-deliveries.ts';
import { Shelf } from '../shelf/shelf.ts';
import { ShelfLoop } from '../shelf/shelf-loop.ts';
import { unreadableRow } from '../shelf/unreadable-row.ts';
import { Shelving } from '../shelf/shelving.ts';
import { SigningKeys } from '../attempt/signing-keys.ts';
import { slotsOfWebhook } from '../scheduler/slots.ts';
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
  /** Whether what is on the wire is recorded, or held for the next owner. */
  readonly isHeld: boolean;
  readonly areCircuitsWritten: boolean;
  readonly attemptsInFlight: number;
}

export interface DispatchDependencies {
  readonly em: EntityManager;
  readonly clock: Clock;
  /** What signatures are stamped by; by default `clock`. */
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
  /** PostgreSQL refused what happened to a delivery. It goes to the dead-letter topic. */
  readonly onRefused: (task: DeliveryTask, error: unknown) => void;
  /** Of records that turn out to be at fault when they have left Kafka. */
  readonly deadLetters: Pick<DeadLetters, 'publish'>;
  readonly onError: (error: unknown) => void;
  /** An attempt has ended. */
  readonly onAttempted?: DispatchObserver['attempted'];
  /** By default nothing is traced. */
  readonly tracing?: Tracing;
  /** Partitions were given up while PostgreSQL did not answer. */
  readonly onNotHeld: (notHeld: NotHeld) => void;
  /** Whether the certificates that receivers' are judged by could be loaded. */
  readonly isTrustLoaded: boolean;
  /** Asks a URL of the operator's own; whether it was reached. null: there is none. */
  readonly canary: (() => Promise<boolean>) | null;
  /** The platform is at fault from now on, by this evidence; null: no longer. */
  readonly onPlatformFault: (evidence: Evidence | null) => void;
  /** This process has enough to do: what has no hurry waits. */
  readonly isBusy: () => boolean;
  /** Whether the membership in the consumer group is fresh enough to start a POST. */
  readonly isMember: () => boolean;
  /** The offsets from which these partitions of delivery.requests.v1 are read: what lies before them is stored. */
  readonly committedOffsets: (partitions: readonly number[]) => Promise<ReadonlyMap<number, bigint>>;
}

/** A lease outlives the longest POST, and the longest wait for whose fault it was, by this much, so that an owner that is alive always reports before it ends. */
const LEASE_MARGIN_MS = 15_000;
const MAX_REQUEST_TIMEOUT_MS = 30_000;

/** Puts dispatch together and ties its life to the partitions that Kafka assigns. */
export class DispatchService {
  readonly intake: DispatchIntake;
  readonly dispatcher: Dispatcher;
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
  private readonly rates: RateLimits;
  private readonly abandonStored: AbandonStored;
  private readonly stopping = new AbortController();
  /** Work that was begun without being awaited. */
  private readonly background = new Set<Promise<void>>();
  private lookingAgain: NodeJS.Timeout | undefined;
  private lookingAtClaims: NodeJS.Timeout | undefined;
  private isLookingAtClaims = false;
  /** Partitions as Kafka gave them. */
  private readonly given = new Set<number>();
  private isStarted = false;
  /** How often this replica has given its partitions up. */
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
    const keys = new SigningKeys(on.sealing, clock);
    const credentials = new HeaderCredentials(on.sealing);
    const identities = new ClientIdentities(on.sealing);
    const defaults = { timeoutMs: settings.requestTimeoutMs, userAgent: settings.userAgent };
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
    this.rates = new RateLimits(clock);
    this.platform = new PlatformFault(
      { ...settings.platformFault, totalConcurrency: settings.totalConcurrency },
      {
        clock,
        isTrustLoaded: on.isTrustLoaded,
        candidates: () => this.dispatcher.webhooksWaiting(),
        hostOf: (webhookId) => {
          const webhook = directory.directory.get(webhookId);
          return webhook && hostOf(webhook);
        },
        canary: on.canary,
        listener: {
          began: (evidence) => {
            on.onPlatformFault(evidence);
            this.faultRecords.began(evidence);
            this.dispatcher.resumeAll();
          },
          ended: () => {
            on.onPlatformFault(null);
            this.faultRecords.ended();
            this.lookAtEverything();
          },
          grew: () => this.dispatcher.useFreeSlots(),
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
    this.dispatcher = new Dispatcher({
      directory: directory.directory,
      circuits: this.circuits,
      rates: this.rates,
      platform: this.platform,
      store: new TaskStore({
        recorder: this.recorder,
        due: this.due,
        handOver: this.handOver,
        clock,
        onLost: (claim) => this.lost(claim),
        onError: on.onError,
      }),
      policy: settings.policy,
      clock,
      firstLooks: new FirstLooks(on.monotonic ?? systemMonotonic),
      random: on.random,
      attempt: async (task, webhook, startedAt, { mayBegin, awaitsVerdict }) => {
        const means = {
          keys: keys.live(webhook),
          credentials: credentials.of(webhook),
          identity: identities.of(webhook),
        };
        const times = { startedAt, signedAt: (on.outsideClock ?? clock)() };
        const prepared = prepareAttempt(task, webhook, means, defaults, times);
        const faultOf = (seen: SeenAttempt) => {
          const verdict = this.platform.judge(seen);
          if (verdict instanceof Promise) awaitsVerdict();
          return verdict;
        };
        const traced = { post: (request: EgressRequest) => spans.post(task, request, () => client.post(request)) };
        return sendAttempt(prepared, traced, clock, settings.replica, faultOf, mayBegin);
      },
      withholdWaiting: () => client.withholdWaiting(),
      reasonToEnd: ({ webhookId }) => reasonOf(webhookId),
      owns: (task) => this.ownership.holds(task.claim),
      isMember: on.isMember,
      leaseEnd,
      onRoom: () => this.loop.wake(),
      observer: {
        attempted: (task, result) => {
          metrics.attempted(task, result);
          on.onAttempted?.(task, result);
        },
        abandoned: (task, reason) => metrics.abandoned(task, reason),
        broke: (task, error) => metrics.broke(task, error),
      },
      spans,
      limits: {
        perWebhook,
        total: settings.totalConcurrency,
        leased: settings.leasedInMemory,
        requestTimeoutMs: settings.requestTimeoutMs,
        unknownWebhookMs: 30_000,
        retryOfOursMs: settings.platformFault.retryMs,
      },
    });
    const claims = (): PartitionClaim[] => (this.isServing ? this.ownership.all() : []);
    this.loop = new DueLoop(this.due, this.dispatcher, claims, clock, leaseEnd, DUE_LOOP, on.onError);
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
      isReady: (webhookId) => this.dispatcher.isReady(webhookId),
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
      dispatcher: this.dispatcher,
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
        this.dispatcher.queues.adoptParked(webhooks);
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
      dispatcher: this.dispatcher,
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

  /** Begins to serve stored deliveries, once the directories can tell where they go, and whether. */
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

  /** Takes no more from PostgreSQL and waits for the attempts on the wire to be recorded. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.lookingAgain);
    clearInterval(this.lookingAtClaims);
    await this.loop.stop();
    await this.askedProbes.stop();
    await this.abandonStored.stop();
    this.handBack(await this.dispatcher.drain());
    this.platform.stop();
    await this.shelfLoop.stop();
    // What ends now may begin more: a claim that is found to be lost is taken back, and what lies there is looked at.
    while (this.background.size > 0) await Promise.all(this.background);
    await this.knownHosts.stop();
    await this.faultRecords.stop();
    await this.circuitRecords.stop();
    this.circuits.close();
    this.rates.close();
  }

  /** How long the delivery that is due for longest has been so, of the partitions served here. */
  async overdueSeconds(): Promise<number> {
    const now = this.on.clock();
    const oldest = await this.due.oldestDue(
      this.ownership.all().map(({ partition }) => partition),
      now,
    );
    return oldest === null ? 0 : (now.getTime() - oldest.getTime()) / 1_000;
  }

  /** Requests that are shelved for the partitions served here. */
  async shelvedRequests(): Promise<number> {
    const { open, closed } = await this.shelvedByCircuit();
    return open + closed;
  }

  /** The same, by whether the circuit of their webhook is closed. */
  shelvedByCircuit(): Promise<{ open: number; closed: number }> {
    const partitions = this.ownership.all().map(({ partition }) => partition);
    const heldBack = this.circuits.longestOpen(Infinity).map(({ webhookId }) => webhookId);
    return this.shelf.sizes(partitions, heldBack);
  }

  /**
   * Another replica may take any of the partitions in a moment: nothing is started any more, and what is on the wire is
   * recorded, or held where it takes longer. The circuits are written down for the next owner. Partitions that stay go on
   * with `assigned`.
   *
   * Kafka waits for so long that PostgreSQL is not waited for beyond `GIVING_UP_MS`. What could not be held then is sent once
   * more by the next owner; what the circuits have counted since their last write is counted anew.
   */
  async givingUp(): Promise<void> {
    this.givings += 1;
    const bound = AbortSignal.timeout(GIVING_UP_MS);
    const isHeld = await this.dispatcher.suspend(GRACE_MS, bound);
    const areCircuitsWritten = await settledBefore(bound, this.circuitRecords.flush());
    const { attemptsInFlight } = this.dispatcher;
    if (!isHeld || !areCircuitsWritten) this.on.onNotHeld({ isHeld, areCircuitsWritten, attemptsInFlight });
  }

  /** These are the partitions that Kafka gives to this replica now, those that stay included. */
  async assigned(partitions: readonly number[]): Promise<void> {
    const { givings } = this;
    for (const partition of partitions) this.given.add(partition);
    await this.ownership.take(partitions);
    // What began under a claim that had ended cannot be stored.
    this.handBack(this.dispatcher.forgetLost());
    await this.takeOverCircuits(partitions);
    if (givings === this.givings) this.dispatcher.goOn();
    this.shelfLoop.shelved();
    await this.backlog.takeOver(partitions);
    if (this.isStarted) this.sweep(partitions);
  }

  /** Before the first POST: an outage goes on being the same outage, whoever serves the webhook. */
  private async takeOverCircuits(partitions: readonly number[]): Promise<void> {
    const claims = this.ownership.all().filter((claim) => partitions.includes(claim.partition) && !claim.isTakenOver);
    const stored = await this.circuitRecords.adopt(claims);
    const outdated = stored.filter((circuit) => this.isOutdated(circuit));
    // Of attempts that ended since the claim was taken: their notes were not written yet.
    const counted = claims.flatMap(({ partition }) => this.circuits.idsOf(partition).map((id) => ({ id, partition })));
    this.circuits.restore(stored.filter((circuit) => !outdated.includes(circuit)));
    for (const { id, partition } of counted) this.circuitRecords.note(id, partition);
    for (const { webhookId, partition } of outdated) this.circuitRecords.note(webhookId, partition);
  }

  /** The webhook was enabled while nobody served it, or this replica has read only the last of its changes. */
  private isOutdated(circuit: StoredCircuit | null): boolean {
    // Of a directory that is half read an older enabling may be known than the circuit's: the sweep at the start judges.
    const activeSince = circuit && this.isStarted ? this.activeSinceOf(circuit.webhookId) : null;
    return circuit !== null && activeSince !== null && isBeforeEnabling(activeSince, circuit);
  }

  private activeSinceOf(webhookId: string): number | null {
    const activeSince = this.on.directory.directory.get(webhookId)?.activeSince;
    return activeSince ? Date.parse(activeSince) : null;
  }

  /** Ends the leases on what was not tried, so that whoever is next need not wait for their ends: where nobody is yet. */
  private handBack(leased: readonly DeliveryTask[]): void {
    if (leased.length > 0) void this.inBackground(() => this.handOver.handBack(leased, this.on.clock()));
  }

  /** Nobody waits for it but the end of the service. */
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
    this.handBack(this.dispatcher.forgetLost());
    this.circuits.forget(partitions);
    this.circuitRecords.forget(partitions);
  }

  /**
   * PostgreSQL says that somebody has taken the partition since. Usually Kafka says the same within a moment; where it
   * does not, whoever took it came late, and it is taken back.
   */
  private lost(claim: PartitionClaim): void {
    if (!this.ownership.holds(claim)) return;
    this.letGo([claim.partition]);
    void this.inBackground(() => this.takeBack(claim.partition));
  }

  /** Not while it is still being looked: a PostgreSQL that stands still is not asked twice at once. */
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

  /** What was held back may go on. */
  private lookAtEverything(): void {
    this.dispatcher.resumeAll();
    this.loop.wake();
    this.shelfLoop.shelved();
  }

  private resume(webhookId: string): void {
    this.dispatcher.resume(webhookId);
    this.loop.wake();
  }

  /** A person asks for a probe, or has changed what may have been wrong. Where nothing waits the circuit closes. */
  private async probeNow(webhookId: string): Promise<void> {
    if (!this.circuits.probeNow(webhookId) || this.dispatcher.isOccupied(webhookId)) return;
    const isWaiting = await this.due.bringForward(this.ownership.all(), webhookId, this.on.clock());
    if (isWaiting) this.loop.wake();
    else this.circuits.closeUnproven(webhookId);
  }

  /** Whether a POST may begin. */
  private get isServing(): boolean {
    return !this.dispatcher.isSuspended && this.on.isMember();
  }

  private async whenDirectoriesAreComplete(): Promise<void> {
    await Promise.all([this.on.directory.whenComplete(), this.on.tenants.whenComplete()]);
  }

  /**
   * What an earlier owner left unfinished; where it cannot be read now, each delivery ends when it is due. Circuits may have
   * been taken over before the directory was complete: they are judged here.
   */
  private sweep(partitions: readonly number[]): void {
    for (const id of this.circuits.ids()) {
      const isActive = this.on.directory.directory.get(id)?.isActive ?? false;
      if (!isActive || this.isOutdated(this.circuits.stored(id))) this.circuits.reset(id);
      else this.circuits.belongsToPresent(id);
    }
    void this.inBackground(() => this.abandonStored.sweep(partitions));
  }

  /** What waits in memory ends at once, the rest as soon as PostgreSQL is asked. */
  private endDeliveriesOf(webhookIds: readonly string[]): void {
    for (const id of webhookIds) this.dispatcher.endWaiting(id);
    this.abandonStored.consider(webhookIds);
  }

  private tenantChanged({ tenant, before }: TenantChange): void {
    if (!this.isStarted || tenant.status !== 'suspended' || before?.status === 'suspended') return;
    this.endDeliveriesOf(this.on.directory.directory.idsOfTenant(tenant.id));
  }

  /** While the directories are being read every change is old news: the sweep at the start looks at what they say. */
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
    // Enabled: the registry counts its failures anew, too.
    if (webhook.isActive !== before.isActive || this.isOutdated(this.circuits.stored(webhook.id)))
      this.circuits.reset(webhook.id);
    // The change may have mended it: its circuit need not wait for the next probe.
    else if (isMended(before, webhook)) void this.inBackground(() => this.probeNow(webhook.id));
  }
}

const LOOK_AGAIN_MS = 30_000;
/** A database that was restored has forgotten who serves what: deliveries that are due then wait no longer than this, milliseconds. */
const LOOK_AT_CLAIMS_MS = 5_000;
/** What is on the wire when partitions are given up has so long to end by itself. */
const GRACE_MS = 250;
/** Below what Kafka's member allows for giving up, 2 s, so that it is this that ends the wait, and says so. */
const GIVING_UP_MS = 1_500;
/** Between two tries to take a partition back, milliseconds. */
const TAKE_BACK_MS = 500;
const ABANDONING = { batchSize: 500, againMs: 1_000 };
const SHELVING = { batchSize: 1_000, batchBytes: 2_097_152 };
const SHELF_LOOP = { pollMs: 250, pauseMs: 10_000, atOnce: 4 };
const DUE_LOOP = { pollMs: 250, batchSize: 500, parkedAtOnce: 1_000, refilledAtOnce: 2_000 };
