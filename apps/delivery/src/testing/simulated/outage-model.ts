import { webhookDecider } from '../../../../registry/src/webhook/domain/webhook.decider.ts';
import type { AttemptOutcome } from '../../../../registry/src/webhook/domain/webhook-outcomes.decider.ts';
import type { WebhookEvent } from '../../../../registry/src/webhook/domain/webhook.events.ts';
import type { Webhook } from '../../../../registry/src/webhook/domain/webhook.state.ts';
import {
  afterFailure,
  afterSuccess,
  isRowLong,
  isWindowBad,
  NO_FAILURES,
  probeDelayMs,
} from '../../circuit/circuit.policy.ts';
import type { FailureRow } from '../../circuit/circuit.policy.ts';
import type { AttemptCause } from '../../delivery/attempt-cause.policy.ts';
import { OUTCOME_CAUSE } from '../../delivery/attempt-cause.policy.ts';
import { attemptsMade, deliveryDecider } from '../../delivery/delivery.decider.ts';
import type { DeliveryState } from '../../delivery/delivery.decider.ts';
import type { DeliveryEvent } from '../../delivery/delivery.events.ts';
import { VirtualClock } from '../../simulation/time/virtual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The default settings, but without jitter, so that a table can name minutes. */
const POLICY = { scheduleMs: [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR], jitter: 0 };
const RULES = { failuresInRow: 5, probeScheduleMs: POLICY.scheduleMs };
const REGISTRY_RULES = { disableAfter: 10, alertOn: [3, 5, 10] };
const MAX_ATTEMPTS = 5;
const WINDOW_MS = 10_000;
/** How long an attempt takes. */
const ATTEMPT_MS = 20;
/** Simulated times are milliseconds after this instant, at which the outage begins. */
const START = Date.parse('2026-03-02T10:00:00.000Z');

export interface OutageResult {
  /** When people were alerted, in minutes after the outage began, rounded; by failures in a row. */
  readonly alerts: Readonly<Record<number, number>>;
  /** When the webhook was disabled, in minutes after the outage began; null: it was not disabled. */
  readonly disabledAfter: number | null;
  /** Number of deliveries that failed because their attempts were spent. */
  readonly failed: number;
  /** Number of deliveries that ended because the webhook was disabled. */
  readonly abandoned: number;
}

interface Delivery {
  readonly id: string;
  state: DeliveryState;
}
type Happening =
  | { readonly kind: 'message' }
  | { readonly kind: 'due'; readonly delivery: Delivery }
  | { readonly kind: 'probe'; readonly openings: number }
  | { readonly kind: 'ended'; readonly delivery: Delivery; readonly startedAt: number; readonly cause: AttemptCause };

/**
 * An outage of one receiver as the pure rules see it: the delivery decider, the circuit's policy, and the registry's
 * decider, on a clock of their own, without a database. Messages that come while the circuit is open are only counted.
 */
export class OutageModel {
  private readonly clock = new VirtualClock();
  private webhook: Webhook = webhookDecider.initialState();
  private readonly facts: { readonly at: number; readonly event: WebhookEvent }[] = [];
  private failures: FailureRow = NO_FAILURES;
  private ended: { readonly at: number; readonly hasFailed: boolean }[] = [];
  private openings = 0;
  private circuit: 'closed' | 'open' | 'half-open' | 'probing' = 'closed';
  private held: Delivery[] = [];
  /** Messages that came while the circuit was open, and were not tried yet. */
  private heldFresh = 0;
  private readonly deliveries: Delivery[] = [];
  private disabledAt: number | null = null;
  private abandoned = 0;
  private names = 0;

  constructor(
    private readonly everyMs: number,
    private readonly outageMs: number,
  ) {
    this.tell(0, {
      type: 'WebhookRegistered',
      data: {
        tenantId: 'tenant-1',
        settings: {
          name: 'Shop',
          url: 'https://shop.example/',
          description: null,
          events: ['sale.created'],
          headers: {},
        },
        sealedSecret: '',
        createdBy: 'test',
        at: iso(0),
      },
    } as unknown as WebhookEvent);
  }

  /** Runs until the webhook is disabled, or until a day after the end of the outage. */
  run(): OutageResult {
    this.at(0, { kind: 'message' });
    const end = START + this.outageMs + 24 * HOUR;
    while (this.disabledAt === null && this.clock.step(end));
    const failed = this.deliveries.filter(({ state }) => state.status === 'FAILED').length;
    return { alerts: this.alerts(), disabledAfter: minutes(this.disabledAt), failed, abandoned: this.abandoned };
  }

  private at(time: number, happening: Happening): void {
    this.clock.at(START + time, () => this.happen(time, happening));
  }

  private happen(now: number, happening: Happening): void {
    switch (happening.kind) {
      case 'message':
        return this.message(now);
      case 'due':
        return this.offer(now, happening.delivery);
      case 'probe':
        if (this.circuit !== 'open' || happening.openings !== this.openings) return;
        this.circuit = 'half-open';
        return this.sendHeld(now);
      case 'ended':
        return this.attemptEnded(now, happening);
    }
  }

  /** A new message. Messages after the outage are left out: the earlier ones show how it ends. */
  private message(now: number): void {
    const last = this.outageMs + this.everyMs;
    let count = 1;
    if (this.isBlocked) {
      // All messages that come until the next happening are held back in the same way.
      count = Math.max(1, Math.ceil((Math.min(this.clock.nextAt - START, last) - now) / this.everyMs));
      this.heldFresh += count;
    } else this.send(now, this.requested(now));
    const next = now + count * this.everyMs;
    if (next <= last) this.at(next, { kind: 'message' });
  }

  private get isBlocked(): boolean {
    return this.circuit === 'open' || this.circuit === 'probing';
  }

  private requested(now: number): Delivery {
    const delivery = { id: newIdOf(this.names++), state: deliveryDecider.initialState() };
    this.deliveries.push(delivery);
    const data = { maxAttempts: MAX_ATTEMPTS, requestedAt: iso(now) };
    this.decided(delivery, [{ type: 'DeliveryRequested', data } as unknown as DeliveryEvent]);
    return delivery;
  }

  private offer(now: number, delivery: Delivery): void {
    if (this.isBlocked) this.held.push(delivery);
    else this.send(now, delivery);
  }

  private sendHeld(now: number): void {
    if (this.circuit === 'half-open') {
      const probe = this.held.shift() ?? this.takeFresh(now);
      if (probe) this.send(now, probe);
      return;
    }
    // The receiver works again: deliveries that were not tried yet succeed at once.
    this.heldFresh = 0;
    for (const delivery of this.held.splice(0)) this.send(now, delivery);
  }

  private takeFresh(now: number): Delivery | undefined {
    if (this.heldFresh === 0) return undefined;
    this.heldFresh -= 1;
    return this.requested(now);
  }

  private send(now: number, delivery: Delivery): void {
    const cause = this.circuit === 'half-open' ? 'probe' : 'schedule';
    if (cause === 'probe') this.circuit = 'probing';
    this.at(now + ATTEMPT_MS, { kind: 'ended', delivery, startedAt: now, cause });
  }

  private attemptEnded(now: number, { delivery, startedAt, cause }: Extract<Happening, { kind: 'ended' }>): void {
    const hasFailed = startedAt < this.outageMs;
    if (hasFailed) this.failed(now, startedAt, cause);
    else this.succeeded(now);
    const { state } = delivery;
    if (state.status === 'NONE') return;
    const attempt = attemptsMade(state) + 1;
    const facts = { attempt, cause, startedAt: iso(startedAt), endedAt: iso(now) } as never;
    const failure = hasFailed ? ({ errorClass: 'http_status', errorMessage: '', fault: 'receiver' } as const) : null;
    const result = { facts, failure, endedAtMs: START + now, retryAfterMs: null, final: false };
    const unspentRetryAtMs = START + now + probeDelayMs(RULES, this.openings) + 500;
    const data = { result, policy: POLICY, random: 0, unspentRetryAtMs };
    const events = deliveryDecider.decide({ type: 'RecordAttempt', data }, state);
    this.decided(delivery, events);
    for (const event of events)
      if (event.type === 'DeliveryAttemptFailed' && event.data.nextAttemptAt !== null)
        this.at(Date.parse(event.data.nextAttemptAt) - START, { kind: 'due', delivery });
    this.hear(now, {
      deliveryId: delivery.id,
      attempt,
      kind: 'message',
      outcome: hasFailed ? 'failed' : 'succeeded',
      startedAt: iso(startedAt),
      endedAt: iso(now),
      statusCode: hasFailed ? 500 : 200,
      errorClass: hasFailed ? 'http_status' : null,
      fault: hasFailed ? 'receiver' : 'none',
      cause: OUTCOME_CAUSE[cause],
    });
  }

  private failed(now: number, startedAt: number, cause: AttemptCause): void {
    this.failures = afterFailure(this.failures, { outcome: 'failed', cause, startedAt, endedAt: now });
    this.ended = [...this.ended.filter(({ at }) => at > now - WINDOW_MS), { at: now, hasFailed: true }];
    const failures = this.ended.filter(({ hasFailed }) => hasFailed).length;
    const window = { failures, successes: this.ended.length - failures };
    const opens = this.circuit === 'closed' && (isRowLong(this.failures, RULES) || isWindowBad(window));
    if (!opens && cause !== 'probe') return;
    this.openings += 1;
    this.circuit = 'open';
    this.at(now + probeDelayMs(RULES, this.openings), { kind: 'probe', openings: this.openings });
  }

  private succeeded(now: number): void {
    this.failures = afterSuccess(this.failures);
    this.openings = 0;
    this.ended = [];
    this.circuit = 'closed';
    this.sendHeld(now);
  }

  private decided(delivery: Delivery, events: readonly DeliveryEvent[]): void {
    for (const event of events) delivery.state = deliveryDecider.evolve(delivery.state, event);
  }

  private hear(now: number, outcome: AttemptOutcome): void {
    const command = { type: 'RecordOutcomes', outcomes: [outcome], rules: REGISTRY_RULES, at: iso(now) } as const;
    for (const event of webhookDecider.decide(command, this.webhook)) this.tell(now, event);
    if (this.webhook.status !== 'live' || this.webhook.isActive) return;
    this.disabledAt = now;
    const open = this.deliveries.filter(({ state }) => state.status === 'PENDING' || state.status === 'RETRYING');
    this.abandoned = open.length + this.heldFresh;
  }

  private tell(at: number, event: WebhookEvent): void {
    this.webhook = webhookDecider.evolve(this.webhook, event);
    this.facts.push({ at, event });
  }

  private alerts(): Record<number, number> {
    const raised = this.facts.flatMap(({ at, event }) =>
      event.type === 'WebhookFailureAlertRaised' ? [[event.data.failures, minutes(at)] as const] : [],
    );
    return Object.fromEntries(raised) as Record<number, number>;
  }
}

const iso = (ms: number): string => new Date(START + ms).toISOString();
const minutes = <T extends number | null>(ms: T): T => (ms === null ? ms : Math.round((ms as number) / MINUTE)) as T;
const newIdOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
