import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver } from '@signet/testing';
import type { ReceivedRequest, ReceiverAnswer } from '@signet/testing';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import type { DeliveryEvent } from '../../delivery/delivery.events.ts';
import type { DeliveryRow } from '../../delivery/storage/delivery.projection.ts';
import { MINUTE } from './simulated-time.ts';
import type { SimulatedTime } from './simulated-time.ts';

type Answer = (request: ReceivedRequest, index: number) => ReceiverAnswer | Promise<ReceiverAnswer>;
export type Attempt = Extract<DeliveryEvent, { type: 'DeliveryAttemptFailed' | 'DeliveryAttemptSucceeded' }>;

export const FAILING: Answer = () => ({ status: 500 });
export const FINE: Answer = () => ({});

/** A webhook, the receiver at its URL, and the results of its deliveries. */
export class SimulatedEndpoint {
  private constructor(
    private readonly time: SimulatedTime,
    readonly webhook: WebhookSnapshot,
    private readonly receiver: RecordingReceiver,
    /** How the receiver answers from now on. */
    public answer: Answer,
  ) {}

  static async start(
    time: SimulatedTime,
    name: string,
    answer: Answer,
    settings: { maxAttempts?: number } = {},
  ): Promise<SimulatedEndpoint> {
    const receiver = await RecordingReceiver.start({ respond: (request, index) => one.answer(request, index) });
    const webhook = time.registry.register({ name, url: receiver.url, ...settings });
    const one = new SimulatedEndpoint(time, webhook, receiver, answer);
    return one;
  }

  get circuit(): string {
    return this.time.service.circuits.state(this.webhook.id);
  }

  /** When the receiver's requests came, in minutes after the beginning, rounded. */
  get minutes(): number[] {
    return this.receiver.requests.map(({ receivedAt }) => Math.round((receivedAt - this.time.startedAt) / MINUTE));
  }

  /** Newest first. */
  rows(): Promise<DeliveryRow[]> {
    return this.time.fixture.reader.list({ tenantId: null, webhookId: this.webhook.id }, null, 1_000);
  }

  async attempts(): Promise<Attempt[]> {
    const log = await this.time.log(this.webhook);
    return log.filter((event): event is Attempt => event.type.startsWith('DeliveryAttempt'));
  }

  /** The time from the end of each failed attempt to the planned next one, milliseconds; null after a last attempt. */
  async delays(): Promise<(number | null)[]> {
    const planned: (number | null)[] = [];
    for (const { type, data } of await this.attempts()) {
      if (type !== 'DeliveryAttemptFailed') continue;
      planned.push((data.nextAttemptAt && Date.parse(data.nextAttemptAt) - Date.parse(data.endedAt)) || null);
    }
    return planned;
  }

  /** The numbers of failures in a row at which people were alerted, in order. */
  get alerts(): number[] {
    const facts = this.time.registry.facts(this.webhook);
    return facts.flatMap((fact) => (fact.type === 'WebhookFailureAlertRaised' ? [fact.data.failures] : []));
  }

  get disablings(): { reason: string; at: string }[] {
    const facts = this.time.registry.facts(this.webhook);
    return facts.flatMap((fact) => (fact.type === 'WebhookDisabled' ? [fact.data] : []));
  }

  close(): Promise<void> {
    return this.receiver.close();
  }
}

/** Whether a receiver that has only this secret would accept the request. */
export function isSigned(secret: string, { headers, body }: ReceivedRequest): boolean {
  try {
    new StandardWebhook(secret).verify(body.toString(), { ...headers });
    return true;
  } catch {
    return false;
  }
}
