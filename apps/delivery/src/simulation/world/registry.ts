import type { RoutedWebhook } from '../../webhook-directory/routed-webhook.ts';
import { OUTCOME_CAUSE } from '../../delivery/attempt-cause.policy.ts';
import type { DeliveryEvent } from '../../delivery/delivery.events.ts';
import type { Plan } from './plan.ts';
import type { AskedOfRegistry, RegistryRecord, RegistryRules, RegistrySide, RegistryWebhook } from './registry-side.ts';
import { SETTINGS } from './plan.ts';
import type { StoredDelivery } from '../postgresql/tables.ts';
import type { World } from './world.ts';

interface Live {
  state: RegistryWebhook;
  snapshot: RoutedWebhook;
}

/** The registry: it counts the failures that delivery reports, raises alerts, disables webhooks, and publishes their snapshots. */
export class Registry implements RegistrySide {
  /** Everything that was published, the oldest first. */
  readonly published: RegistryRecord[] = [];
  private readonly webhooks = new Map<string, Live>();
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly world: World,
    private readonly rules: RegistryRules,
    plan: Plan,
  ) {
    for (const { snapshot } of plan.webhooks) {
      const { id, tenantId, name, url, events } = snapshot;
      const data = {
        tenantId,
        settings: { name, url, description: null, events, headers: {} },
        sealedSecret: '',
        createdBy: 'simulation',
        at: snapshot.activeSince,
      };
      const state = this.rules.evolve(this.rules.initialState(), { type: 'WebhookRegistered', data });
      this.webhooks.set(id, { state, snapshot });
      this.published.push({ webhookId: id, snapshot });
    }
  }

  onPublished(listener: () => void): void {
    this.listeners.push(listener);
  }

  snapshot(webhookId: string): RoutedWebhook | null {
    return this.webhooks.get(webhookId)?.snapshot ?? null;
  }

  /** A person enables, disables or deletes a webhook. */
  ask(webhookId: string, type: AskedOfRegistry): void {
    const live = this.webhooks.get(webhookId);
    if (!live || live.state.status !== 'live') return;
    if (live.state.isActive === (type === 'EnableWebhook')) return;
    this.world.story.tell(() => `a person ${PERSON_DOES[type]} ${webhookId}`);
    this.carryOut(webhookId, live, { type, detail: null, replayMissedFor: null, at: this.world.now() });
  }

  /** Delivery has recorded the end of attempts; the outcome arrives a moment later. */
  hear({ row }: StoredDelivery, events: readonly DeliveryEvent[]): void {
    for (const event of events) {
      if (event.type !== 'DeliveryAttemptFailed' && event.type !== 'DeliveryAttemptSucceeded') continue;
      const { cause, attempt, startedAt, endedAt, response } = event.data;
      const failure = event.type === 'DeliveryAttemptFailed' ? event.data : null;
      const outcome = {
        deliveryId: row.id,
        attempt,
        kind: row.kind,
        outcome: failure ? 'failed' : 'succeeded',
        startedAt,
        endedAt,
        statusCode: response?.statusCode ?? null,
        errorClass: failure?.errorClass ?? null,
        fault: failure?.fault ?? 'none',
        cause: OUTCOME_CAUSE[cause],
      };
      this.world.clock.after(this.world.random.whole(20, 600), () => this.count(row.webhookId, outcome));
    }
  }

  private count(webhookId: string, outcome: object): void {
    const live = this.webhooks.get(webhookId);
    if (!live || live.state.status !== 'live') return;
    const { disableAfter, alertOn } = SETTINGS;
    const command = {
      type: 'RecordOutcomes',
      outcomes: [outcome],
      rules: { disableAfter, alertOn },
      at: this.world.now(),
    };
    this.carryOut(webhookId, live, command);
  }

  private carryOut(webhookId: string, live: Live, command: object): void {
    for (const event of this.rules.decide(command, live.state)) {
      live.state = this.rules.evolve(live.state, event);
      this.world.rules.registry(webhookId, event, live.state);
      if (event.type === 'WebhookDeleted') this.publish(webhookId, null);
      if (event.type !== 'WebhookEnabled' && event.type !== 'WebhookDisabled') continue;
      const isActive = event.type === 'WebhookEnabled';
      if (!isActive) this.world.story.tell(() => `the registry says that ${webhookId} is disabled`);
      const activeSince = isActive ? this.world.now() : live.snapshot.activeSince;
      live.snapshot = { ...live.snapshot, isActive, activeSince, version: live.snapshot.version + 1 };
      this.publish(webhookId, live.snapshot);
    }
  }

  private publish(webhookId: string, snapshot: RoutedWebhook | null): void {
    this.published.push({ webhookId, snapshot });
    for (const listener of this.listeners) listener();
  }
}

const PERSON_DOES = { EnableWebhook: 'enables', DisableWebhook: 'disables', DeleteWebhook: 'deletes' };
