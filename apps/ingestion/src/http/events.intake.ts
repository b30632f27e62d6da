import { eventIdOf } from '@signet/contracts';
import type { CanonicalMessage, Clock } from '@signet/contracts';
import { NO_SPAN } from '@signet/service-kit';
import type { Caller, Span, TenantLookup } from '@signet/service-kit';
import type { Arrival, CanonicalPublisher } from '../canonical-publisher.ts';
import { checkEvent } from '../event/event-rules.ts';
import type { EventContext } from '../event/event-rules.ts';
import type { RawEvent } from '../event/raw-event.ts';
import { isRefusal } from '../event/refusal.ts';
import type { Refusal } from '../event/refusal.ts';
import type { IngestionMetrics } from '../metrics/ingestion-metrics.ts';
import type { IntakeLimits } from '../source/source.intake.ts';

/** The result for one event of a request. */
export type EventResult =
  | { readonly status: 'accepted'; readonly id: string; readonly source: string; readonly eventId: string }
  | { readonly status: 'refused'; readonly id: string | null; readonly refusal: Refusal };

export interface TracedRequest {
  readonly span: Span;
  readonly traceparent: string | undefined;
}

/** Publishes the events of HTTP requests to canonical topics. */
export class EventsIntake {
  constructor(
    private readonly publisher: CanonicalPublisher,
    private readonly tenants: TenantLookup,
    private readonly clock: Clock,
    private readonly limits: IntakeLimits,
    private readonly metrics: IngestionMetrics,
  ) {}

  /**
   * Resolves when Kafka has every accepted event.
   *
   * @param request the span of the request, and the `traceparent` that it came with
   * @throws RetryableError when Kafka has not acknowledged them; some may be on Kafka nevertheless
   */
  async take(
    events: readonly (RawEvent | Refusal)[],
    caller: Caller,
    request: TracedRequest = { span: NO_SPAN, traceparent: undefined },
  ): Promise<EventResult[]> {
    const context = this.contextOf(caller);
    const messages: CanonicalMessage[] = [];
    const results = events.map((event): EventResult => {
      const checked = isRefusal(event) ? event : checkEvent(event, context);
      if (!isRefusal(checked)) {
        messages.push(checked);
        return { status: 'accepted', id: checked.id, source: checked.source, eventId: eventIdOf(checked) };
      }
      this.metrics.refusedFor('http', checked.reason);
      const id = isRefusal(event) ? undefined : event.attributes['id'];
      return { status: 'refused', id: typeof id === 'string' ? id : null, refusal: checked };
    });
    if (messages.length > 0) await this.publisher.publish(messages, 'http', arrivalOf(request));
    return results;
  }

  private contextOf({ tenantId, tenants, eventTypes }: Caller): EventContext {
    const now = this.clock().getTime();
    return {
      now,
      receivedAt: now,
      ...this.limits,
      defaultTenant: tenantId ?? undefined,
      maySend: (type) => eventTypes === null || eventTypes.includes(type),
      mayActFor: (wanted) => (tenantId === null ? tenants === null || tenants.includes(wanted) : wanted === tenantId),
      tenantExists: (wanted) => this.tenants.byId(wanted) !== undefined,
    };
  }
}

/**
 * A message continues the trace of the request, to which the request's span belongs, unless the message has a trace
 * of its own.
 */
const arrivalOf = ({ span, traceparent }: TracedRequest): Arrival => ({
  span,
  parentOf: (message) =>
    message.traceparent === undefined || message.traceparent === traceparent ? span : message.traceparent,
});
