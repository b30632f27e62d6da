import type { Counter, Histogram, Registry } from 'prom-client';
import { eventTypeByName } from '@signet/contracts';
import type { AbandonReason } from '@signet/contracts';
import { counter, gauge, histogram } from '@signet/service-kit';
import type { CircuitChange } from './circuit/circuits.ts';
import type { OpenCircuit } from './circuit/stored-circuit.ts';
import type { AttemptResult } from './delivery/delivery.decider.ts';
import type { DeliveryTask } from './dispatch/delivery-task.ts';
import type { DispatchObserver } from './dispatch/dispatch-observer.ts';

/** Series of webhooks whose circuits are not closed at most; those open for longest come first. */
const MAX_WEBHOOK_SERIES = 500;

/** What gauges read when somebody scrapes. */
export interface DeliveryGauges {
  readonly attemptsInFlight: () => number;
  readonly tasksInMemory: () => number;
  readonly openCircuits: () => number;
  readonly longestOpen: (limit: number) => readonly OpenCircuit[];
  readonly recorderBacklog: () => number;
  readonly webhooks: () => number;
  /** Of them and besides them, those on Kafka that cannot be read. */
  readonly unreadableWebhooks: () => number;
  readonly relayLagSeconds: () => Promise<number>;
  /** How long the delivery that is due for longest has been so. */
  readonly overdueSeconds: () => Promise<number>;
  /** Of the partitions served here. */
  readonly shelvedRequests: () => Promise<number>;
  readonly ownedPartitions: () => number;
  /** Days past the retention that are kept. */
  readonly keptDays: () => number;
  readonly now: () => Date;
}

/**
 * Metrics of delivery. Labels are event type, outcome, status class, error class and fault: never a tenant, a URL or what
 * somebody said. A webhook is one only while its circuit is not closed.
 */
export class DeliveryMetrics implements DispatchObserver {
  private readonly messages: Counter;
  private readonly requests: Counter;
  private readonly attempts: Counter<'event_type' | 'outcome' | 'status_class' | 'error_class' | 'fault'>;
  private readonly attemptSeconds: Histogram<'outcome'>;
  private readonly firstAttemptSeconds: Histogram<'fault'>;
  private readonly ended: Counter<'status' | 'reason'>;
  private readonly deadLetters: Counter<'reason'>;
  private readonly platformErrors: Counter;
  private readonly refusals: Counter;
  private readonly circuitChanges: Counter<'to'>;

  constructor(
    private readonly registry: Registry,
    private readonly onBroken: (task: DeliveryTask, error: unknown) => void,
  ) {
    this.messages = counter(registry, 'signet_fan_out_messages_total', 'Messages read from the canonical topics.');
    this.requests = counter(
      registry,
      'signet_fan_out_requests_total',
      'Delivery requests made of them, one for each webhook.',
    );
    this.attempts = counter(
      registry,
      'signet_delivery_attempts_total',
      'Attempts that ended, by how and by whose fault.',
      ['event_type', 'outcome', 'status_class', 'error_class', 'fault'],
    );
    this.attemptSeconds = histogram(
      registry,
      'signet_delivery_attempt_duration_seconds',
      'Duration of a POST, connect to last byte.',
      ['outcome'],
      [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30],
    );
    this.firstAttemptSeconds = histogram(
      registry,
      'signet_delivery_first_attempt_delay_seconds',
      'From accepted by Signet to the start of the first attempt, by whose fault it took long. The objective is a p99 under 5 s where it is not the receiver.',
      ['fault'],
      [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    );
    this.ended = counter(registry, 'signet_deliveries_ended_total', 'Deliveries that came to an end.', [
      'status',
      'reason',
    ]);
    this.deadLetters = counter(registry, 'signet_delivery_dead_letters_total', 'Kafka records set aside, by reason.', [
      'reason',
    ]);
    this.platformErrors = counter(
      registry,
      'signet_delivery_platform_errors_total',
      'Attempts that could not be prepared.',
    );
    this.refusals = counter(
      registry,
      'signet_delivery_refused_records_total',
      'Deliveries and attempts that PostgreSQL refused to record; each is on the dead-letter topic.',
    );
    this.circuitChanges = counter(
      registry,
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
      event_type: eventTypeByName(task.row?.eventType ?? '')?.name ?? 'unknown',
      outcome,
      status_class: facts.response ? `${Math.floor(facts.response.statusCode / 100)}xx` : 'none',
      error_class: failure?.errorClass ?? 'none',
      fault: failure?.fault ?? 'none',
    });
    this.attemptSeconds.observe({ outcome }, facts.durationMs / 1_000);
    // A replay takes its time on purpose.
    if (facts.attempt === 1 && task.acceptedAt !== null && task.row?.kind !== 'replay') {
      const seconds = Math.max(0, Date.parse(facts.startedAt) - task.acceptedAt) / 1_000;
      this.firstAttemptSeconds.observe({ fault: task.wasKeptWaiting ? 'receiver' : 'none' }, seconds);
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

  /** PostgreSQL refused to record what happened to a delivery. */
  refused(): void {
    this.refusals.inc();
  }

  circuitChanged(to: CircuitChange): void {
    this.circuitChanges.inc({ to });
  }

  deadLettered(reason: string): void {
    this.deadLetters.inc({ reason });
  }

  /** Gauges that are read at the time of a scrape; one that cannot be read then is left out of it. */
  watch(gauges: DeliveryGauges): void {
    const watched = (name: string, help: string, read: () => number | Promise<number>): void =>
      void gauge(this.registry, name, help, [], async (one) => {
        try {
          one.set(await read());
        } catch {
          one.remove();
        }
      });
    watched('signet_delivery_attempts_in_flight', 'POSTs on the wire.', gauges.attemptsInFlight);
    watched('signet_delivery_tasks', 'Deliveries in memory.', gauges.tasksInMemory);
    watched('signet_delivery_open_circuits', 'Circuits that are open or half-open.', gauges.openCircuits);
    gauge(
      this.registry,
      'signet_delivery_circuit_open_seconds',
      'Since when a circuit is not closed, of each webhook; a series exists only while it is not.',
      ['webhook_id'],
      (open) => {
        open.reset();
        for (const { webhookId, openedAt } of gauges.longestOpen(MAX_WEBHOOK_SERIES))
          open.set({ webhook_id: webhookId }, (gauges.now().getTime() - openedAt) / 1_000);
      },
    );
    watched('signet_delivery_recorder_backlog', 'Writes waiting for PostgreSQL.', gauges.recorderBacklog);
    watched('signet_delivery_directory_webhooks', 'Webhooks in the directory.', gauges.webhooks);
    watched(
      'signet_delivery_unreadable_webhooks',
      'Webhooks on Kafka whose record cannot be read, or was sealed by a key that is not here: nothing is delivered to them.',
      gauges.unreadableWebhooks,
    );
    watched('signet_delivery_relay_lag_seconds', 'Age of the oldest outcome not yet on Kafka.', gauges.relayLagSeconds);
    watched(
      'signet_delivery_overdue_seconds',
      'How long the delivery that is due for longest has been so, of the partitions served here.',
      gauges.overdueSeconds,
    );
    watched(
      'signet_delivery_shelved_requests',
      'Delivery requests on the shelf, which are in no list yet: of webhooks whose circuit is open or which hang.',
      gauges.shelvedRequests,
    );
    watched(
      'signet_delivery_owned_partitions',
      'Partitions of delivery.requests.v1 served here.',
      gauges.ownedPartitions,
    );
    watched(
      'signet_delivery_kept_partitions',
      'Days past the retention whose partitions are kept, because some of their deliveries have not ended.',
      gauges.keptDays,
    );
  }

  /** Records behind the end of each partition of this replica's consumer groups. */
  watchLag(groups: Readonly<Record<string, () => ReadonlyMap<string, number>>>): void {
    const help =
      'Records behind the end of each partition that this replica reads, by what reads it. Of dispatch a record is up to 64 requests.';
    gauge(this.registry, 'signet_delivery_consumer_lag_records', help, ['stage', 'partition'], (lag) => {
      lag.reset();
      for (const [stage, read] of Object.entries(groups))
        for (const [partition, records] of read()) lag.set({ stage, partition }, records);
    });
  }
}
