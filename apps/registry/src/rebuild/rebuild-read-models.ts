import type { EntityManager } from '@mikro-orm/postgresql';
import { DELIVERY_OUTCOMES } from '@signet/contracts';
import { forgetSnapshots, rebuild } from '@signet/event-store';
import type { KafkaClientOptions } from '@signet/kafka';
import { CompactedTopic } from '@signet/kafka';
import { PROJECTIONS } from '../database/database.ts';
import { raiseActivity } from '../webhook/read-model/webhook.activity.ts';
import { isUnreadable, readOutcome } from '../webhook/outcomes/webhook.outcome-record.ts';
import type { Activity } from '../webhook/outcomes/webhook.outcome-recorder.ts';
import { foldOutcomes } from '../webhook/outcomes/webhook.outcome-recorder.ts';

/**
 * Drops the projections and builds them again from the events, in one transaction. Snapshots are deleted as well:
 * they are computed again when they are needed.
 */
export async function rebuildProjections(em: EntityManager): Promise<void> {
  await forgetSnapshots(em);
  await rebuild(em, PROJECTIONS);
}

/**
 * Raises the activity to the times in the outcomes on Kafka, as far back as the topic goes. Later times in the table
 * are kept (docs/adr/0009-webhook-activity.md). Resolves to the number of webhooks that had outcomes.
 */
export async function rebuildActivity(em: EntityManager, client: KafkaClientOptions): Promise<number> {
  const latest = new Map<string, Activity>();
  const topic = new CompactedTopic({
    client,
    topic: DELIVERY_OUTCOMES,
    onRecord: (_key, value) => {
      const outcome = readOutcome(value);
      if (isUnreadable(outcome)) return;
      for (const [id, activity] of foldOutcomes([outcome]).activity) latest.set(id, laterOf(latest.get(id), activity));
    },
  });
  try {
    await topic.start();
  } finally {
    await topic.close();
  }
  await raiseActivity(em, latest);
  return latest.size;
}

const later = (one: string | null, other: string | null): string | null =>
  one === null || (other !== null && other > one) ? other : one;

const laterOf = (known: Activity | undefined, seen: Activity): Activity => ({
  lastSuccessAt: later(known?.lastSuccessAt ?? null, seen.lastSuccessAt),
  lastFailureAt: later(known?.lastFailureAt ?? null, seen.lastFailureAt),
});
