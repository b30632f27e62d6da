import type { Random } from '../time/random.ts';
import { BEGINNING } from '../time/virtual-clock.ts';
import { CALM_MS } from './plan.ts';
import type { Behaviour, PlannedWebhook } from './plan.ts';

/** What comes back from a POST, and after how long. `status` null: nothing comes back before the time-out. */
export interface Answer {
  readonly afterMs: number;
  readonly status: number | null;
  /** The header Retry-After. */
  readonly retryAfter?: string;
}

/** The receivers of all webhooks. */
export class Receivers {
  private readonly webhooks: ReadonlyMap<string, PlannedWebhook>;

  constructor(
    webhooks: readonly PlannedWebhook[],
    private readonly random: Random,
  ) {
    this.webhooks = new Map(webhooks.map((webhook) => [webhook.snapshot.id, webhook]));
  }

  answer(webhookId: string, now: number): Answer {
    const { random } = this;
    const webhook = this.webhooks.get(webhookId)!;
    const afterMs = random.whole(2, webhook.answerMs);
    switch (kindAt(webhook.behaviours, now - BEGINNING)) {
      case 'works':
        return { afterMs, status: random.chance(0.02) ? 500 : 200 };
      case 'fails':
        return { afterMs, status: 500 };
      case 'flaps':
        return { afterMs, status: random.chance(0.5) ? 200 : 500 };
      case 'gone':
        return { afterMs, status: 410 };
      case 'throttles':
        return { afterMs, status: 429, retryAfter: String(random.whole(0, 40)) };
      case 'hangs':
        return { afterMs, status: null };
    }
  }
}

function kindAt(behaviours: readonly Behaviour[], time: number): Behaviour['kind'] {
  if (time >= CALM_MS) return 'works';
  return behaviours.findLast(({ from }) => from <= time)?.kind ?? 'works';
}
