import type { DeliveryRequest } from '@signet/contracts';
import { BEGINNING } from '../time/virtual-clock.ts';
import { TROUBLE_MS } from '../world/plan.ts';
import type { PlannedWebhook } from '../world/plan.ts';
import type { World } from '../world/world.ts';

const SUBJECTS = ['S-1', 'S-2', 'S-3'];
/** A producer sends a message once more if the answer to it was lost. */
const REPEATED = 0.06;

/** The last message comes this long before the end of the trouble, milliseconds. */
const LAST_MS = 1_000;

/** Messages of the producers, as fan-out has made requests of them; and tests that people ask for. */
export class Producers {
  private made = 0;

  constructor(private readonly world: World) {}

  start(): void {
    const { random, plan, clock } = this.world;
    let at = BEGINNING + 500;
    for (let n = 0; n < plan.requests; n++) {
      // Half of them come in bursts.
      at += random.chance(0.5) ? random.whole(0, 20) : random.whole(0, (2 * TROUBLE_MS) / plan.requests);
      clock.at(Math.min(at, BEGINNING + TROUBLE_MS - LAST_MS), () =>
        this.request(random.pick(plan.webhooks), 'message'),
      );
    }
  }

  test(webhook: PlannedWebhook): void {
    this.world.story.tell(() => `a person tests ${webhook.snapshot.id}`);
    this.request(webhook, 'test');
  }

  private request({ snapshot, partition }: PlannedWebhook, kind: 'message' | 'test'): void {
    const { random, clock, kafka, registry, story, rules } = this.world;
    const present = registry.snapshot(snapshot.id);
    // Fan-out makes no requests for a webhook that takes none.
    if (present === null || (kind === 'message' && !present.isActive)) return;
    this.made += 1;
    const id = `${kind === 'test' ? 't' : 'd'}${this.made}`;
    const subject = kind === 'message' && random.chance(0.8) ? random.pick(SUBJECTS) : undefined;
    const request: DeliveryRequest = {
      deliveryId: id,
      webhookId: snapshot.id,
      tenantId: snapshot.tenantId,
      eventId: id,
      eventType: 'sale.created',
      source: '/simulation',
      messageId: id,
      ...(subject !== undefined && { subject }),
      messageTime: this.world.now(),
      acceptedAt: clock.now,
      kind,
    };
    rules.accepted(request, kafka.end(partition), snapshot.ordering === 'subject');
    story.tell(() => `${id} is accepted for ${snapshot.id}${subject === undefined ? '' : `, subject ${subject}`}`);
    kafka.append(partition, request, present.version);
    if (kind === 'message' && random.chance(REPEATED))
      clock.after(random.whole(0, 4_000), () => {
        story.tell(() => `${id} is accepted once more`);
        kafka.append(partition, request, present.version);
      });
  }
}
