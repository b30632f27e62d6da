import type { Registry } from 'prom-client';
import { gauge } from '@signet/service-kit';
import type { GaugeDefinition, Samples } from '@signet/service-kit';
import type { OpenCircuit } from '../circuit/stored-circuit.ts';
import { DELIVERY_METRICS, MAX_CIRCUIT_SERIES } from './definitions.ts';

/** The state of dispatch in memory, read at each scrape. */
export interface DispatchState {
  readonly attemptsInFlight: () => number;
  readonly tasksInMemory: () => number;
  readonly openCircuits: () => number;
  readonly isPlatformFault: () => boolean;
  readonly longestOpen: (limit: number) => readonly OpenCircuit[];
  readonly recorderBacklog: () => number;
  readonly webhooks: () => number;
  readonly unreadableWebhooks: () => number;
  /** Numbers of the partitions that are served here. */
  readonly ownedPartitions: () => readonly number[];
  readonly keptDays: () => number;
  readonly now: () => Date;
}

/** Values that are queried from PostgreSQL, for our partitions. */
export interface StoredWork {
  readonly overdueSeconds: () => Promise<number>;
  readonly shelvedRequests: () => Promise<{ readonly open: number; readonly closed: number }>;
}

/** Gauges of the state of dispatch in memory. */
export function showDispatch(registry: Registry, state: DispatchState): void {
  const show = (definition: GaugeDefinition, read: () => number): void =>
    void gauge(registry, definition, (one) => one.set(read()));
  show(DELIVERY_METRICS.attemptsInFlight, state.attemptsInFlight);
  show(DELIVERY_METRICS.tasks, state.tasksInMemory);
  show(DELIVERY_METRICS.openCircuits, state.openCircuits);
  show(DELIVERY_METRICS.platformFault, () => Number(state.isPlatformFault()));
  show(DELIVERY_METRICS.recorderBacklog, state.recorderBacklog);
  show(DELIVERY_METRICS.directoryWebhooks, state.webhooks);
  show(DELIVERY_METRICS.unreadableWebhooks, state.unreadableWebhooks);
  show(DELIVERY_METRICS.ownedPartitions, () => state.ownedPartitions().length);
  gauge(registry, DELIVERY_METRICS.servedPartition, (served) => {
    served.reset();
    for (const partition of state.ownedPartitions()) served.set({ partition: String(partition) }, 1);
  });
  show(DELIVERY_METRICS.keptDays, state.keptDays);
  gauge(registry, DELIVERY_METRICS.circuitOpenSeconds, (open) => {
    open.reset();
    for (const { webhookId, openedAt } of state.longestOpen(MAX_CIRCUIT_SERIES))
      open.set({ webhook_id: webhookId }, (state.now().getTime() - openedAt) / 1_000);
  });
}

/** Gauges of the deliveries and requests that wait in PostgreSQL. */
export function sampleStoredWork(registry: Registry, samples: Samples, work: StoredWork): void {
  const overdue = gauge(registry, DELIVERY_METRICS.overdueSeconds);
  samples.add({
    name: 'overdue',
    read: work.overdueSeconds,
    show: (seconds) => overdue.set(seconds),
    hide: () => overdue.remove(),
  });
  const shelved = gauge(registry, DELIVERY_METRICS.shelvedRequests);
  samples.add({
    name: 'shelf',
    read: work.shelvedRequests,
    show: ({ open, closed }) => {
      shelved.set({ circuit: 'open' }, open);
      shelved.set({ circuit: 'closed' }, closed);
    },
    hide: () => shelved.reset(),
  });
}
