import type { Clock } from '@signet/contracts';
import type { EgressClient, EgressRequest } from '@signet/egress';
import type { SealingKeys } from '@signet/signature';
import type { PlatformFault } from '../platform-fault/platform-fault.ts';
import type { SeenAttempt } from '../platform-fault/seen-attempt.ts';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { DeliverySpans } from '../tracing/delivery-spans.ts';
import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';
import { prepareAttempt, sendAttempt } from './attempt.ts';
import type { CompletedAttempt } from './attempt.ts';
import { OpenedSecrets } from './opened-secrets.ts';

export interface AttemptSenderParts {
  readonly client: Pick<EgressClient, 'post' | 'withholdWaiting'>;
  readonly sealing: SealingKeys;
  readonly platform: Pick<PlatformFault, 'judge'>;
  readonly spans: Pick<DeliverySpans, 'post'>;
  readonly clock: Clock;
  /** The clock for the timestamps of signatures. */
  readonly outsideClock: Clock;
  readonly replica: string;
  readonly defaults: { readonly timeoutMs: number; readonly userAgent: string };
}

export interface AttemptHooks {
  /** Asked when the POST is about to be written. */
  readonly mayBegin: () => boolean;
  /** The POST has failed, and its outcome waits for the verdict whose fault that is. */
  readonly awaitsVerdict: () => void;
}

/** Makes attempts: opens the webhook's secrets, signs, sends, and asks whose fault a failure is. */
export class AttemptSender {
  private readonly secrets: OpenedSecrets;

  constructor(private readonly parts: AttemptSenderParts) {
    this.secrets = new OpenedSecrets(parts.sealing, parts.clock);
  }

  /**
   * Never rejects because of the network or the receiver. Resolves to null if nothing was sent, because `mayBegin` returned false
   * just before the POST.
   */
  async send(
    task: DeliveryTask,
    webhook: RoutedWebhook,
    startedAt: Date,
    { mayBegin, awaitsVerdict }: AttemptHooks,
  ): Promise<CompletedAttempt | null> {
    const { client, platform, spans, clock, outsideClock, replica, defaults } = this.parts;
    const means = this.secrets.meansOf(webhook);
    const prepared = prepareAttempt(task, webhook, means, defaults, { startedAt, signedAt: outsideClock() });
    const faultOf = (seen: SeenAttempt) => {
      const verdict = platform.judge(seen);
      if (verdict instanceof Promise) awaitsVerdict();
      return verdict;
    };
    const traced = { post: (request: EgressRequest) => spans.post(task, request, () => client.post(request)) };
    return sendAttempt(prepared, traced, clock, replica, faultOf, mayBegin);
  }

  /** Asks again whether attempts that wait for a connection may begin. */
  withholdWaiting(): void {
    this.parts.client.withholdWaiting();
  }
}
