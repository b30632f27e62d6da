import type { EventLike } from '@signet/event-store';
import { counter } from '@signet/service-kit';
import type { Registry } from 'prom-client';
import type { WebhookEvent } from '../webhook/domain/webhook.events.ts';
import { REGISTRY_METRICS } from './registry-metrics.ts';

/**
 * Counts alerts and disablings when they are appended.
 *
 * @param thresholds SIGNET_ALERT_ON_FAILURES: the numbers of failures at which an alert is raised. Each has a series
 *   from the start, with the value 0.
 * @returns a function to be called with the events of each commit
 */
export function countFacts(registry: Registry, thresholds: readonly number[]): (events: readonly EventLike[]) => void {
  const alerts = counter(registry, REGISTRY_METRICS.alertsRaised);
  const disablings = counter(registry, REGISTRY_METRICS.disablings);
  for (const threshold of thresholds) alerts.inc({ threshold: String(threshold) }, 0);
  return (events) => {
    for (const event of events as readonly WebhookEvent[]) {
      if (event.type === 'WebhookFailureAlertRaised') alerts.inc({ threshold: String(event.data.failures) });
      if (event.type === 'WebhookDisabled') disablings.inc({ reason: event.data.reason });
    }
  };
}
