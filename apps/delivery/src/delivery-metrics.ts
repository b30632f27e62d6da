import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { AbandonReason } from '@signet/contracts';
import type { CircuitChange } from './circuit/circuits.ts';
import type { AttemptResult } from './delivery/delivery.decider.ts';
import type { DeliveryTask } from './dispatch/delivery-task.ts';
import type { DispatchObserver } from './dispatch/dispatch-observer.ts';

/** What gauges read when somebody scrapes. */
export interface DeliveryGauges {
  readonly attemptsInFlight: () => number;
  readonly tasksInMemory: () => number;
  readonly openCircuits: () => number;
  readonly recorderBacklog: () => number;
  readonly webhooks: () => number;
  readonly relayLagSeconds: () => Promise<number>;
  readonly ownedPartitions: () => number;
}

/** Metrics of delivery. Labels are event type, outcome, status class, error class and fault: never a tenant or a webhook. */
export class DeliveryMetrics implements DispatchObserver {
  private readonly messages: Counter;
  private readonly requests: Counter;
  private readonly attempts: Counter<'event_type' | 'outcome' | 'status_class' | 'error_class' | 'fault'>;
  private readonly attemptSeconds: Histogram<'outcome'>;
  private readonly firstAttemptSeconds: Histogram;
  private readonly ended: Counter<'status' | 'reason'>;
  private readonly deadLetters: Counter<'reason'>;
  private readonly platformErrors: Counter;
  private readonly circuitChanges: Counter<'to'>;

  constructor(
    private readonly registry: Registry,
    private readonly onBroken: (task: DeliveryTask, error: unknown) => void,
  ) {
    const registers = [registry];
    const counter = <T extends string>(name: string, help: string, labelNames: T[] = []): Counter<T> =>
      new Counter({ name, help, labelNames, registers });
    this.messages = counter('signet_fan_out_messages_total', 'Messages read from the canonical topics.');
    this.requests = counter('signet_fan_out_requests_total', 'Delivery requests made of them, one for each webhook.');
    this.attempts = counter('signet_delivery_attempts_total', 'Attempts that ended, by how and by whose fault.', [
      'event_type',
      'outcome',
      'status_class',
      'error_class',
      'fault',
    ]);
    this.attemptSeconds = new Histogram({
      name: 'signet_delivery_attempt_duration_seconds',
      help: 'Duration of a POST, connect to last byte.',
      labelNames: ['outcome'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30],
      registers,
    });
    this.firstAttemptSeconds = new Histogram({
      name: 'signet_delivery_first_attempt_delay_seconds',
      help: 'From accepted by Signet to the start of the first attempt: the objective is p99 under 5 s.',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.ended = counter('signet_deliveries_ended_total', 'Deliveries that came to an end.', ['status', 'reason']);
    this.deadLetters = counter('signet_delivery_dead_letters_total', 'Kafka records set aside, by reason.', ['reason']);
    this.platformErrors = counter('signet_delivery_platform_errors_total', 'Attempts that could not be prepared.');
    this.circuitChanges = counter(
      'signet_delivery_circuit_changes_total',
      'Circuits that opened (again after each probe that failed), let a probe through, or closed.',
      ['to'],
    );
  }

  fannedOut(messages: number, requests: number): void {
    this.messages.inc(messages);
    this.requests.inc(requests);
  }

  attempted(task: DeliveryTask, { facts, failure }: AttemptResult): void {
    const outcome = failure ? 'failed' : 'succeeded';
    this.attempts.inc({
      event_type: task.row?.eventType ?? '',
      outcome,
      status_class: facts.response ? `${Math.floor(facts.response.statusCode / 100)}xx` : 'none',
      error_class: failure?.errorClass ?? 'none',
      fault: failure?.fault ?? 'none',
    });
    this.attemptSeconds.observe({ outcome }, facts.durationMs / 1_000);
    if (facts.attempt === 1 && task.acceptedAt !== null)
      this.firstAttemptSeconds.observe(Math.max(0, Date.parse(facts.startedAt) - task.acceptedAt) / 1_000);
    if (!task.isOpen) this.ended.inc({ status: task.row?.status ?? '', reason: failure?.errorClass ?? 'none' });
  }

  abandoned(_task: DeliveryTask, reason: AbandonReason): void {
    this.ended.inc({ status: 'FAILED', reason });
  }

  broke(task: DeliveryTask, error: unknown): void {
    this.platformErrors.inc();
    this.onBroken(task, error);
  }

  circuitChanged(to: CircuitChange): void {
    this.circuitChanges.inc({ to });
  }

  deadLettered(reason: string): void {
    this.deadLetters.inc({ reason });
  }

  /** Gauges that are read at the time of a scrape. */
  watch(gauges: DeliveryGauges): void {
    const gauge = (name: string, help: string, read: () => number | Promise<number>): Gauge =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        async collect(): Promise<void> {
          this.set(await read());
        },
      });
    gauge('signet_delivery_attempts_in_flight', 'POSTs on the wire.', gauges.attemptsInFlight);
    gauge('signet_delivery_tasks', 'Deliveries in memory.', gauges.tasksInMemory);
    gauge('signet_delivery_open_circuits', 'Circuits that are open or half-open.', gauges.openCircuits);
    gauge('signet_delivery_recorder_backlog', 'Writes waiting for PostgreSQL.', gauges.recorderBacklog);
    gauge('signet_delivery_directory_webhooks', 'Webhooks in the directory.', gauges.webhooks);
    gauge('signet_delivery_relay_lag_seconds', 'Age of the oldest outcome not yet on Kafka.', gauges.relayLagSeconds);
    gauge(
      'signet_delivery_owned_partitions',
      'Partitions of delivery.requests.v1 served here.',
      gauges.ownedPartitions,
    );
  }
}
