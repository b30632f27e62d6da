import type { Counter, Histogram, Registry } from 'prom-client';
import { eventTypeByName } from '@signet/contracts';
import type { AbandonReason } from '@signet/contracts';
import { counter, histogram } from '@signet/service-kit';
import type { CircuitChange } from '../circuit/circuits.ts';
import type { AttemptResult } from '../delivery/delivery.decider.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { DispatchObserver } from '../dispatch/dispatch-observer.ts';
import type { Evidence } from '../platform-fault/local-evidence.policy.ts';
import { DELIVERY_METRICS } from './definitions.ts';
import { faultOfDelivery, faultOfStart } from './lateness.policy.ts';

/**
 * Counters and histograms of delivery. Labels are event type, outcome, status class, error class and fault: never a tenant,
 * a webhook, a URL or a text of a receiver.
 */
export class DeliveryMetrics implements DispatchObserver {
  private readonly messages: Counter;
  private readonly requests: Counter;
  private readonly attempts: Counter<'event_type' | 'outcome' | 'status_class' | 'error_class' | 'fault'>;
  private readonly attemptSeconds: Histogram<'outcome'>;
  private readonly firstAttemptSeconds: Histogram<'fault'>;
  private readonly deliveredSeconds: Histogram<'fault'>;
  private readonly ended: Counter<'status' | 'reason'>;
  private readonly deadLetters: Counter<'reason'>;
  private readonly platformErrors: Counter;
  private readonly refusals: Counter;
  private readonly circuitChanges: Counter<'to'>;
  private readonly platformFailures: Counter<'evidence'>;
  private readonly replayScans: Counter;

  constructor(
    registry: Registry,
    private readonly onBroken: (task: DeliveryTask, error: unknown) => void,
  ) {
    this.messages = counter(registry, DELIVERY_METRICS.messages);
    this.requests = counter(registry, DELIVERY_METRICS.requests);
    this.attempts = counter(registry, DELIVERY_METRICS.attempts);
    this.attemptSeconds = histogram(registry, DELIVERY_METRICS.attemptSeconds);
    this.firstAttemptSeconds = histogram(registry, DELIVERY_METRICS.firstAttemptSeconds);
    this.deliveredSeconds = histogram(registry, DELIVERY_METRICS.deliveredSeconds);
    this.ended = counter(registry, DELIVERY_METRICS.ended);
    this.deadLetters = counter(registry, DELIVERY_METRICS.deadLetters);
    this.platformErrors = counter(registry, DELIVERY_METRICS.platformErrors);
    this.refusals = counter(registry, DELIVERY_METRICS.refusals);
    this.circuitChanges = counter(registry, DELIVERY_METRICS.circuitChanges);
    this.platformFailures = counter(registry, DELIVERY_METRICS.platformFailures);
    this.replayScans = counter(registry, DELIVERY_METRICS.replayScans);
  }

  /** An attempt failed by the platform's fault. */
  platformFailed(evidence: Evidence): void {
    this.platformFailures.inc({ evidence });
  }

  /** Kafka was read once for the replays that run together. */
  replayScanned(): void {
    this.replayScans.inc();
  }

  fannedOut(messages: number, requests: number): void {
    this.messages.inc(messages);
    this.requests.inc(requests);
  }

  attempted(task: DeliveryTask, { facts, failure }: AttemptResult): void {
    const outcome = failure ? 'failed' : 'succeeded';
    this.attempts.inc({
      event_type: eventTypeByName(task.row?.eventType ?? '')?.name ?? 'unknown',
      outcome,
      status_class: facts.response ? `${Math.floor(facts.response.statusCode / 100)}xx` : 'none',
      error_class: failure?.errorClass ?? 'none',
      fault: failure?.fault ?? 'none',
    });
    this.attemptSeconds.observe({ outcome }, facts.durationMs / 1_000);
    // Replays are not measured: they are slow on purpose.
    if (task.acceptedAt !== null && task.row?.kind !== 'replay') {
      const startedAfter = Math.max(0, Date.parse(facts.startedAt) - task.acceptedAt) / 1_000;
      const { attempt, durationMs } = facts;
      const waited = task.keptWaitingBy;
      if (attempt === 1) this.firstAttemptSeconds.observe({ fault: faultOfStart(startedAfter, waited) }, startedAfter);
      if (!failure) {
        // The successful attempt was spent, too.
        const spentBefore = (task.row?.attemptCount ?? 1) - 1;
        const fault = faultOfDelivery({ startedAfterSeconds: startedAfter, attempt, spentBefore, waited });
        this.deliveredSeconds.observe({ fault }, startedAfter + durationMs / 1_000);
      }
    }
    if (!task.isOpen) this.ended.inc({ status: task.row?.status ?? '', reason: failure?.errorClass ?? 'none' });
  }

  abandoned(_task: DeliveryTask, reason: AbandonReason): void {
    this.ended.inc({ status: 'FAILED', reason });
  }

  broke(task: DeliveryTask, error: unknown): void {
    this.platformErrors.inc();
    this.onBroken(task, error);
  }

  /** PostgreSQL refused to record the events of a delivery. */
  refused(): void {
    this.refusals.inc();
  }

  circuitChanged(to: CircuitChange): void {
    this.circuitChanges.inc({ to });
  }

  deadLettered(reason: string): void {
    this.deadLetters.inc({ reason });
  }
}
