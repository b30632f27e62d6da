import { randomBytes } from 'node:crypto';
import { newId } from '@signet/contracts';
import type { Clock, DeliveryOutcome, WebhookSnapshot } from '@signet/contracts';
import { generateSecret } from '@signet/signature';
import { webhookDecider } from '../../../registry/src/webhook/domain/webhook.decider.ts';
import type { WebhookCommand } from '../../../registry/src/webhook/domain/webhook.decider.ts';
import type { WebhookEvent, WebhookSettings } from '../../../registry/src/webhook/domain/webhook.events.ts';
import { isUnreadable, readOutcome } from '../../../registry/src/webhook/outcomes/webhook.outcome-record.ts';
import { foldOutcomes } from '../../../registry/src/webhook/outcomes/webhook.outcome-recorder.ts';
import type { Webhook } from '../../../registry/src/webhook/domain/webhook.state.ts';
import type { DispatchFixture } from './dispatch-fixture.ts';

/** The default values of SIGNET_DISABLE_AFTER_FAILURES and SIGNET_ALERT_ON_FAILURES. */
const RULES = { disableAfter: 10, alertOn: [3, 5, 10] };

interface Stream {
  webhook: Webhook;
  readonly events: WebhookEvent[];
}

/**
 * The registry's own rules, without its database and without Kafka: takes outcomes, decides, and updates the fixture's
 * directory. Only a test may look into another app like this; it is the one place where the two halves of a rule meet.
 */
export class RegistrySide {
  private readonly streams = new Map<string, Stream>();

  constructor(
    private readonly fixture: DispatchFixture,
    private readonly clock: Clock,
  ) {}

  register(
    settings: Pick<WebhookSettings, 'name' | 'url'> & Partial<WebhookSettings>,
    tenantId = 'tenant-1',
  ): WebhookSnapshot {
    const id = newId();
    this.streams.set(id, { webhook: webhookDecider.initialState(), events: [] });
    this.handle(id, {
      type: 'RegisterWebhook',
      tenantId,
      settings: { ...DEFAULTS, ...settings },
      sealedSecret: this.fixture.sealed(id, this.fixture.secret),
      createdBy: 'test',
      at: this.now(),
    });
    return this.fixture.directory.get(id) as WebhookSnapshot;
  }

  update({ id }: WebhookSnapshot, changes: Partial<WebhookSettings>): void {
    this.handle(id, { type: 'UpdateWebhook', changes, at: this.now() });
  }

  enable({ id }: WebhookSnapshot): void {
    this.handle(id, { type: 'EnableWebhook', replayMissedFor: null, at: this.now() });
  }

  /** Rotates the secret and returns the new one; the former secret no longer signs. */
  rotate({ id }: WebhookSnapshot): string {
    const secret = generateSecret(randomBytes);
    const sealedSecret = this.fixture.sealed(id, secret);
    this.handle(id, { type: 'RotateWebhookSecret', sealedSecret, overlapUntil: null, at: this.now() });
    return secret;
  }

  /** Takes outcomes in the order of delivery.outcomes.v1. */
  hear(outcomes: readonly DeliveryOutcome[]): void {
    const read = outcomes.map((outcome) => {
      const one = readOutcome(Buffer.from(JSON.stringify(outcome)));
      if (isUnreadable(one)) throw new Error(one.detail);
      return one;
    });
    for (const [id, ofWebhook] of foldOutcomes(read).byWebhook)
      this.handle(id, { type: 'RecordOutcomes', outcomes: ofWebhook, rules: RULES, at: this.now() });
  }

  /** The events of a webhook, in order. */
  facts({ id }: WebhookSnapshot): readonly WebhookEvent[] {
    return this.streams.get(id)?.events ?? [];
  }

  private now(): string {
    return this.clock().toISOString();
  }

  private handle(id: string, command: WebhookCommand): void {
    const stream = this.streams.get(id) as Stream;
    for (const event of webhookDecider.decide(command, stream.webhook)) {
      stream.webhook = webhookDecider.evolve(stream.webhook, event);
      stream.events.push(event);
    }
    const { webhook, events } = stream;
    if (webhook.status !== 'live') return;
    const { description: _description, ...settings } = webhook.settings;
    const { tenantId, isActive, secrets } = webhook;
    const version = events.length;
    this.fixture.directory.put({
      id,
      tenantId,
      ...settings,
      events: [...settings.events],
      isActive,
      secrets: [...secrets],
      version,
    });
  }
}

const DEFAULTS: Omit<WebhookSettings, 'name' | 'url'> = {
  description: null,
  events: ['sale.created'],
  headers: {},
  sealedHeaders: {},
  maxAttempts: null,
  requestTimeoutMs: null,
  rateLimitPerSecond: null,
  ordering: 'none',
  legacySignatureHeader: null,
};
