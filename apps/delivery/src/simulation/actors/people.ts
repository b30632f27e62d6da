import { deliveryDecider } from '../../delivery/delivery.decider.ts';
import { projectDelivery } from '../../delivery/storage/delivery.projection.ts';
import { BEGINNING } from '../time/virtual-clock.ts';
import { TROUBLE_MS } from '../world/plan.ts';
import type { Producers } from './producers.ts';
import type { World } from '../world/world.ts';

/** People who ask for retries and tests, delete deliveries, close circuits, and disable, enable and delete webhooks. */
export class People {
  constructor(
    private readonly world: World,
    private readonly producers: Producers,
  ) {}

  start(): void {
    const { random, clock } = this.world;
    const doings = [
      () => this.retry(),
      () => this.retry(),
      () => this.retry(),
      () => this.producers.test(random.pick(this.world.plan.webhooks)),
      () => this.deleteDelivery(),
      () => this.closeCircuit(),
      () => this.closeCircuit(),
      () => this.world.registry.ask(this.someWebhook(), 'DisableWebhook'),
      () => this.enableSome(),
      () => this.enableSome(),
      () => random.chance(0.3) && this.world.registry.ask(this.someWebhook(), 'DeleteWebhook'),
    ];
    const count = random.whole(3, 14);
    for (let n = 0; n < count; n++) clock.at(BEGINNING + random.whole(1_000, TROUBLE_MS), random.pick(doings));
  }

  private retry(): void {
    const { random, database, registry, story, rules } = this.world;
    if (database.deliveries.size === 0) return;
    const { row } = random.pick([...database.deliveries.values()]);
    const webhook = registry.snapshot(row.webhookId);
    if (!webhook?.isActive) return;
    const { id, status, attemptCount, unspentAttempts, maxAttempts, isRetryAsked } = row;
    const state = { status, attemptCount, unspentAttempts, maxAttempts, isRetryAsked };
    const data = { by: 'a person', at: this.world.now() };
    const events = deliveryDecider.decide({ type: 'RetryDelivery', data }, state);
    story.tell(() => `a person asks for a retry of ${id}`);
    rules.retryAsked(id);
    database.appendByRequest(
      id,
      events.reduce((now, event) => projectDelivery(id, now, event), row),
      events,
      webhook.version,
    );
  }

  /** The row goes; its place in the work queue is found to be empty later. */
  private deleteDelivery(): void {
    const { random, database, story, rules } = this.world;
    if (database.deliveries.size === 0) return;
    const id = random.pick([...database.deliveries.keys()]);
    story.tell(() => `a person deletes ${id}`);
    rules.deleted(id);
    database.deliveries.delete(id);
  }

  private closeCircuit(): void {
    const webhookId = this.someWebhook();
    for (const replica of this.world.replicas.values()) {
      if (!replica.circuits.find(webhookId)) continue;
      this.world.story.tell(() => `a person asks ${replica.host.name} for a probe of ${webhookId}`);
      replica.host.run(() => replica.probeNow(webhookId));
    }
  }

  private enableSome(): void {
    this.world.registry.ask(this.someWebhook(), 'EnableWebhook');
  }

  private someWebhook(): string {
    return this.world.random.pick(this.world.plan.webhooks).snapshot.id;
  }
}
