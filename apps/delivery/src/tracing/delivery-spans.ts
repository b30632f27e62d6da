import { CONSUMER_GROUPS, DELIVERY_REQUESTS } from '@signet/contracts';
import type { EgressRequest, EgressResult } from '@signet/egress';
import { ATTRIBUTE, during, errorType, NO_SPAN, processSpan } from '@signet/service-kit';
import type { Attributes, Span, Tracing } from '@signet/service-kit';
import type { AttemptResult } from '../delivery/delivery.decider.ts';
import type { AcceptedRequest } from '../sources/accepted-request.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { attemptTrace } from './attempt-trace.policy.ts';
import { shownUrl } from './shown-url.ts';

/**
 * The spans of dispatch. The spans of a delivery are kept in its task, and are nested:
 *
 * | span | from | until |
 * |---|---|---|
 * | `attempt` | the delivery has a slot | what came of it is stored |
 * | `POST` | the client is asked | the response is read |
 * | `record` | it is decided what the attempt means | PostgreSQL has it |
 *
 * The spans of batches link to the deliveries in them: `process`, of requests that were read, and `INSERT`, of a statement.
 */
export class DeliverySpans {
  constructor(private readonly tracing: Tracing) {}

  /** @param work turns the requests into tasks; the span goes with them */
  taking<T>(partition: number, requests: readonly AcceptedRequest[], work: (span: Span) => Promise<T>): Promise<T> {
    if (!this.tracing.isOn || requests.length === 0) return work(NO_SPAN);
    const place = { topic: DELIVERY_REQUESTS, partition, group: CONSUMER_GROUPS.dispatch };
    const contexts = requests.map(({ request }) => request.spanContext ?? request.traceparent);
    const span = processSpan(this.tracing, place, contexts, requests.length);
    return during(span, () => work(span));
  }

  /** An attempt begins. */
  begin(task: DeliveryTask): void {
    const { row, nextAttempt, spanContext, traceparent } = task;
    if (!this.tracing.isOn || row === null) return;
    const { parent, links } = attemptTrace({ kind: row.kind, attempt: nextAttempt, spanContext, traceparent });
    task.span = this.tracing.start('attempt', {
      parent,
      links: [...links, task.takenIn],
      attributes: {
        ...about(task),
        [ATTRIBUTE.messageId]: row.messageId ?? undefined,
        [ATTRIBUTE.messageSource]: row.source ?? undefined,
        [ATTRIBUTE.eventId]: row.eventId,
        [ATTRIBUTE.eventType]: row.eventType,
        [ATTRIBUTE.attempt]: nextAttempt,
        [ATTRIBUTE.cause]: task.cause,
      },
    });
  }

  /** @param work sends the request; a fault of the network is a result, not an exception */
  async post(task: DeliveryTask, request: EgressRequest, work: () => Promise<EgressResult>): Promise<EgressResult> {
    if (task.span === NO_SPAN) return work();
    const url = shownUrl(request.url);
    const span = this.tracing.start('POST', {
      kind: 'client',
      parent: task.span,
      attributes: {
        ...about(task),
        [ATTRIBUTE.method]: 'POST',
        [ATTRIBUTE.urlFull]: url?.full,
        [ATTRIBUTE.serverAddress]: url?.host,
        [ATTRIBUTE.serverPort]: url?.port,
        [ATTRIBUTE.resends]: task.nextAttempt > 1 ? task.nextAttempt - 1 : undefined,
      },
    });
    return during(span, async () => {
      const result = await work();
      span.set({ [ATTRIBUTE.peerAddress]: result.address ?? undefined });
      if (result.kind === 'failure') span.fail(result.errorClass);
      else {
        span.set({ [ATTRIBUTE.status]: result.statusCode });
        if (result.statusCode >= 400) span.fail(String(result.statusCode));
      }
      return result;
    });
  }

  attempted({ span }: DeliveryTask, { failure }: AttemptResult): void {
    if (span === NO_SPAN) return;
    span.set({ [ATTRIBUTE.outcome]: failure ? 'failed' : 'succeeded', [ATTRIBUTE.fault]: failure?.fault });
    if (failure) span.fail(failure.errorClass);
  }

  /** The attempt could not even be prepared. */
  broke({ span }: DeliveryTask, error: unknown): void {
    span.fail(errorType(error));
  }

  /** Nothing was sent: the attempt is made later, here or by another replica. */
  withheld(task: DeliveryTask): void {
    task.span.set({ [ATTRIBUTE.outcome]: 'withheld' });
    this.end(task);
  }

  /** @param work resolves when PostgreSQL has the outcome of the attempt. It may call this method again, for the same task */
  async recording(task: DeliveryTask, work: () => Promise<void>): Promise<void> {
    if (task.span === NO_SPAN || task.recording !== NO_SPAN) return work();
    task.recording = this.tracing.start('record', { parent: task.span, attributes: about(task) });
    try {
      await during(task.recording, work);
    } finally {
      task.recording = NO_SPAN;
      this.end(task);
    }
  }

  /** @param work stores the events of the tasks with one statement */
  storing<T>(tasks: readonly DeliveryTask[], work: () => Promise<T>): Promise<T> {
    if (!this.tracing.isOn) return work();
    const recordings = tasks.map(({ recording }) => recording).filter((span) => span !== NO_SPAN);
    // Statements that store no attempt are not traced: no message's trace would link to them.
    if (recordings.length === 0) return work();
    const span = this.tracing.start('INSERT delivery_log', {
      kind: 'client',
      links: recordings,
      attributes: {
        [ATTRIBUTE.databaseSystem]: 'postgresql',
        [ATTRIBUTE.databaseOperation]: 'INSERT',
        [ATTRIBUTE.databaseCollection]: 'delivery_log',
        [ATTRIBUTE.databaseBatch]: tasks.length > 1 ? tasks.length : undefined,
      },
    });
    return during(span, work);
  }

  private end(task: DeliveryTask): void {
    task.span.end();
    task.span = NO_SPAN;
  }
}

const about = ({ id, webhookId, row }: DeliveryTask): Attributes => ({
  [ATTRIBUTE.tenantId]: row?.tenantId,
  [ATTRIBUTE.webhookId]: webhookId,
  [ATTRIBUTE.deliveryId]: id,
});
