import { setTimeout as realDelay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { DeliveryOutcome, WebhookSnapshot } from '@signet/contracts';
import { sql } from 'kysely';
import type { DeliveryEvent } from '../../delivery/delivery.events.ts';
import type { DispatchService } from '../../dispatch/dispatch.service.ts';
import { outcomesOf } from '../../outcomes/outcomes.ts';
import type { LoggedEvents } from '../../outcomes/outcomes.ts';
import { DispatchFixture, requestBatch } from '../dispatch-fixture.ts';
import { RegistrySide } from '../registry-side.ts';

/** How much faster the clock runs while work is under way. It is not more, so that requests on the wire do not time out. */
const TIMES_AS_FAST = 10;
/**
 * How far the clock moves in one step at most, milliseconds: about as far as on a fast machine. A busy machine may take half a
 * second for a step, and the work that waits for it would seem to take many seconds.
 */
const LONGEST_STEP_MS = 20;

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** The default settings of the service. */
const POLICY = { scheduleMs: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR], jitter: 0.1 };

/** Deliveries of a webhook that have not ended, as PostgreSQL holds them; `dueAt` is that of the first. */
interface Work {
  readonly webhookId: string;
  readonly state: 'waiting' | 'leased' | 'parked';
  readonly dueAt: number;
}

/**
 * Dispatch on a clock of the test's own, with its real database and real receivers: while work is under way the clock runs,
 * and otherwise it jumps to the next moment at which there will be work. `Date` and the timers of dispatch, opossum and
 * egress are jest's, and move together.
 */
export class SimulatedTime {
  readonly registry: RegistrySide;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  private readTo = '0';

  private constructor(
    readonly fixture: DispatchFixture,
    readonly service: DispatchService,
    private readonly start: string,
  ) {
    this.startedAt = Date.parse(start);
    this.registry = new RegistrySide(fixture, () => new Date());
  }

  static async begin(start: string): Promise<SimulatedTime> {
    const fixture = await DispatchFixture.create({ clock: () => new Date(), hasPoolTimers: false });
    jest.useFakeTimers({
      now: new Date(start),
      doNotFake: ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
    });
    const service = await fixture.serve({ policy: POLICY, requestTimeoutMs: 15_000, spillAfterMs: 250 });
    return new SimulatedTime(fixture, service, start);
  }

  async end(): Promise<void> {
    jest.useRealTimers();
    await this.fixture.close();
  }

  /** Hands messages for a webhook over, as from Kafka. Resolves when they are durable, for which the test has to let time pass. */
  bring(webhook: WebhookSnapshot, messageIds: readonly string[]): Promise<void> {
    const fields = { messageTime: this.start, acceptedAt: Date.now() };
    return this.service.intake.take(requestBatch(webhook, messageIds, undefined, fields));
  }

  /** Hands messages over, and goes on until no work is left for now. */
  async send(webhook: WebhookSnapshot, messageIds: readonly string[]): Promise<void> {
    let isTaken = false;
    const taken = this.bring(webhook, messageIds).finally(() => (isTaken = true));
    while (!isTaken) await this.step();
    await taken;
    await this.settle();
  }

  /** Lets this much time pass, milliseconds; work that becomes due meanwhile is done at its time. */
  async pass(ms: number): Promise<void> {
    const until = Date.now() + ms;
    for (;;) {
      const next = await this.settle();
      const now = Date.now();
      if (now >= until) return;
      jest.advanceTimersByTime(Math.max(1, Math.min(next, until) - now));
    }
  }

  /** Goes on until no work is left for now; returns when the next work is due, milliseconds since the epoch. */
  async settle(): Promise<number> {
    for (;;) {
      const isNew = this.isResting() && (await this.tellRegistry());
      const work = this.isResting() && !isNew ? await this.work() : [];
      if (this.isResting() && !isNew && !work.some((one) => this.isPressing(one)))
        return Math.min(...work.map((one) => this.momentOf(one)));
      await this.step();
    }
  }

  /** Every event of every delivery of the webhook, in the order in which they were stored. */
  async log({ id }: WebhookSnapshot): Promise<DeliveryEvent[]> {
    const rows = await sql<{ events: DeliveryEvent[] }>`
      select l.events from delivery_log l join deliveries d on d.id = l.delivery_id and d.day = l.day
      where d.webhook_id = ${id}::uuid order by l.position`.execute(this.fixture.database.query);
    return rows.rows.flatMap(({ events }) => events);
  }

  private async step(): Promise<void> {
    const startedAt = performance.now();
    await realDelay(1);
    const factor = this.service.scheduler.attemptsInFlight > 0 ? 1 : TIMES_AS_FAST;
    const passed = Math.ceil((performance.now() - startedAt) * factor);
    jest.advanceTimersByTime(Math.min(passed, LONGEST_STEP_MS));
  }

  private isResting(): boolean {
    return this.service.scheduler.size === 0 && this.service.recorder.backlog === 0;
  }

  private isPressing({ webhookId, state, dueAt }: Work): boolean {
    if (state === 'parked') return this.service.circuits.state(webhookId) !== 'open';
    return state === 'leased' || dueAt <= Date.now();
  }

  private momentOf({ webhookId, state, dueAt }: Work): number {
    return state === 'parked' ? (this.service.circuits.probeAt(webhookId) ?? 0) : dueAt;
  }

  /** The work queue. A row whose time is not that of its delivery's next attempt is leased by a replica. */
  private async work(): Promise<Work[]> {
    const { rows } = await sql<Omit<Work, 'dueAt'> & { dueAt: string }>`
      select webhook_id as "webhookId", state, extract(epoch from min(due_at)) * 1000 as "dueAt" from (
        select u.webhook_id, nullif(u.due_at, 'infinity') as due_at, case
          when u.due_at = 'infinity' then 'parked'
          when u.due_at = d.next_retry_at then 'waiting'
          else 'leased' end as state
        from due_deliveries u join deliveries d on d.id = u.delivery_id and d.day = u.day
      ) work group by 1, 2`.execute(this.fixture.database.query);
    return rows.map((row) => ({ ...row, dueAt: Number(row.dueAt) }));
  }

  /** Passes new events on to the registry, as the relay would; true when there were some. */
  private async tellRegistry(): Promise<boolean> {
    type Row = Omit<LoggedEvents, 'deliveryId' | 'events'> & {
      position: string;
      deliveryId: string;
      events: DeliveryEvent[];
    };
    const { rows } = await sql<Row>`
      select l.position, l.events, d.id as "deliveryId", d.webhook_id as "webhookId", d.tenant_id as "tenantId",
        d.event_id as "eventId", d.event_type as "eventType", d.kind
      from delivery_log l join deliveries d on d.id = l.delivery_id and d.day = l.day
      where l.position > ${this.readTo}::bigint order by l.position`.execute(this.fixture.database.query);
    const outcomes: DeliveryOutcome[] = rows.flatMap(({ position: _position, ...logged }) => outcomesOf(logged));
    this.readTo = rows.at(-1)?.position ?? this.readTo;
    this.registry.hear(outcomes);
    return rows.length > 0;
  }
}
