import { SimulatedBreakers } from '../../circuit/breaker/simulated-breakers.ts';
import { Circuits } from '../../circuit/circuits.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import { Scheduler } from '../../scheduler/scheduler.ts';
import { slotsOfWebhook } from '../../scheduler/limits/slots.ts';
import { FirstLooks } from '../../webhook-directory/first-looks.ts';
import { reasonToEnd } from '../../webhook-directory/reason-to-end.ts';
import { WebhookDirectory } from '../../webhook-directory/webhook-directory.ts';
import type { WebhookChange } from '../../webhook-directory/webhook-directory.ts';
import type { ReplicaParts } from './replica-parts.ts';
import type { RunningReplica, World } from '../world/world.ts';
import { Backlog } from '../sources/backlog.ts';
import { CircuitNotes } from './circuit-notes.ts';
import { Claims } from './claims.ts';
import { DatabaseLink } from './database-link.ts';
import { DirectoryReader } from './directory-reader.ts';
import { DueReader } from '../sources/due-reader.ts';
import { EndedWebhooks } from '../sources/ended-webhooks.ts';
import { Host } from '../world/host.ts';
import { Membership } from './membership.ts';
import { PartitionLife } from './partition-life.ts';
import { Recording } from './recording.ts';
import { SimulatedPlatform } from './simulated-platform.ts';
import { SimulatedWorker } from './worker.ts';

/** Breakers become half-open, and forget, at these steps, milliseconds. */
const BREAKER_STEP_MS = 250;
/** Deliveries and webhooks that are remembered; a run has fewer. */
const KEPT_IN_MIND = 100;

/** One process of delivery: the real scheduler, circuits and directory, and models of everything that waits. */
export class Replica implements ReplicaParts, RunningReplica {
  readonly host: Host;
  readonly link: DatabaseLink;
  readonly claims: Claims;
  readonly directory = new WebhookDirectory(KEPT_IN_MIND);
  readonly breakers: SimulatedBreakers;
  readonly circuits: Circuits;
  readonly platform: SimulatedPlatform;
  readonly recording: Recording;
  readonly worker: SimulatedWorker;
  readonly due: DueReader;
  readonly backlog: Backlog;
  readonly notes: CircuitNotes;
  readonly ended: EndedWebhooks;
  readonly membership: Membership;
  readonly life: PartitionLife;
  private readonly reader: DirectoryReader;

  constructor(
    readonly world: World,
    name: string,
  ) {
    const { clock, plan, settings, random } = world;
    this.host = new Host(name, clock);
    this.link = new DatabaseLink(this.host, clock, random, world.trouble, (statement, how) =>
      world.story.tell(() => `${name}: the statement "${statement}" ${how}`),
    );
    this.claims = new Claims(name, world.database, this.link, clock);
    this.breakers = new SimulatedBreakers(clock.now);
    const perWebhook = slotsOfWebhook(plan.perWebhook, plan.slots);
    this.circuits = new Circuits(
      { failuresInRow: settings.circuitFailures, probeScheduleMs: settings.scheduleMs },
      perWebhook,
      () => new Date(clock.now),
      {
        passable: (webhookId) => this.resume(webhookId),
        changed: (webhookId, _partition, to) => world.rules.circuitChanged(name, webhookId, to),
        noted: (webhookId, partition) => this.notes.note(webhookId, partition),
      },
      (webhookId) => this.activeSinceOf(webhookId),
      this.breakers,
    );
    this.platform = new SimulatedPlatform(world, this.host, {
      changed: () => {
        this.worker.tell({ type: 'PlatformChanged' });
        this.due.wake();
      },
      grew: () => this.worker.tell({ type: 'SlotsGrew' }),
      mayProbe: (webhookId) => this.resume(webhookId),
      candidates: () => this.scheduler.loads.waiting(),
    });
    this.recording = new Recording(
      world.database,
      this.link,
      clock,
      (ms, work) => this.host.after(ms, work),
      (claim) => this.life.lost(claim),
    );
    const scheduler = new Scheduler(
      {
        directory: this.directory,
        circuits: this.circuits,
        platform: this.platform,
        claims: { owns: this.claims.owns, isMember: () => this.membership.isFresh(), reasonToEnd: this.reasonToEnd },
        firstLooks: new FirstLooks(() => clock.now, KEPT_IN_MIND),
        random: random.next,
      },
      {
        policy: { scheduleMs: settings.scheduleMs, jitter: settings.jitter },
        perWebhook,
        total: plan.slots,
        leased: plan.leased,
        requestTimeoutMs: settings.requestTimeoutMs,
        unknownWebhookMs: settings.unknownWebhookMs,
        retryOfOursMs: settings.retryOfOursMs,
        leaseMs: settings.leaseMs,
      },
    );
    this.worker = new SimulatedWorker(scheduler, world, this.host, this.recording, this.platform, () =>
      this.due.wake(),
    );
    this.due = new DueReader(this);
    this.backlog = new Backlog(this);
    this.notes = new CircuitNotes(this);
    this.ended = new EndedWebhooks(this);
    this.membership = new Membership(this);
    this.life = new PartitionLife(this);
    this.reader = new DirectoryReader(this.directory, world, this.host);
    this.directory.onChange((change) => this.webhookChanged(change));
  }

  get scheduler(): Scheduler {
    return this.worker.scheduler;
  }

  get memberId(): string {
    return this.membership.memberId;
  }

  get isServing(): boolean {
    return !this.scheduler.isSuspended && this.membership.isFresh();
  }

  servedClaims(): PartitionClaim[] {
    return this.isServing && !this.life.isStopping ? this.claims.all() : [];
  }

  /** When a lease ends that begins now, milliseconds since the epoch. */
  leaseEnd(): number {
    return this.world.clock.now + this.world.settings.leaseMs;
  }

  readonly reasonToEnd = (webhookId: string) => reasonToEnd(webhookId, this.directory, { isSuspended: () => false });

  activeSinceOf(webhookId: string): number | null {
    const activeSince = this.directory.get(webhookId)?.activeSince;
    return activeSince ? Date.parse(activeSince) : null;
  }

  start(): void {
    this.reader.start();
    this.advanceBreakers();
    this.due.start();
    this.backlog.start();
    this.life.lookAtClaims();
    this.membership.start();
  }

  probeNow(webhookId: string): void {
    if (!this.circuits.probeNow(webhookId) || this.scheduler.loads.isOccupied(webhookId)) return;
    const { workQueue, clock } = this.world;
    const claims = this.claims.all();
    const { now } = clock;
    const asked = (isWaiting: boolean): void => {
      if (isWaiting) this.due.wake();
      else this.circuits.closeUnproven(webhookId);
    };
    this.link.ask(
      'bring forward',
      () => workQueue.bringForward(claims, webhookId, now),
      asked,
      () => undefined,
    );
  }

  /** Ends the replica in order: what is on the wire ends, and what waits is handed back. */
  stop(done: () => void): void {
    this.life.isStopping = true;
    this.life.endReadings();
    this.membership.leave(() => {
      this.worker.tell({ type: 'Draining' });
      this.untilDrained(() => {
        this.worker.tell({ type: 'Drained' });
        done();
      });
    });
  }

  private untilDrained(done: () => void): void {
    if (this.worker.attempts.size === 0) done();
    else this.host.after(BREAKER_STEP_MS, () => this.untilDrained(done));
  }

  private resume(webhookId: string): void {
    this.worker.tell({ type: 'WebhookMayGoOn', webhookId });
    this.due.wake();
  }

  private webhookChanged(change: WebhookChange): void {
    if (change.kind === 'deleted') {
      this.circuits.reset(change.webhookId);
      return this.endDeliveriesOf(change.webhookId);
    }
    const { webhook, before } = change;
    if (!webhook.isActive && before?.isActive !== false) this.endDeliveriesOf(webhook.id);
    if (!before) return;
    if (webhook.isActive !== before.isActive || this.notes.isOutdated(this.circuits.stored(webhook.id)))
      this.circuits.reset(webhook.id);
  }

  private endDeliveriesOf(webhookId: string): void {
    this.worker.tell({ type: 'WebhookEnded', webhookId });
    this.ended.endAllOf(webhookId);
  }

  private advanceBreakers(): void {
    this.host.after(BREAKER_STEP_MS, () => {
      this.breakers.advance(this.world.clock.now);
      this.advanceBreakers();
    });
  }
}
