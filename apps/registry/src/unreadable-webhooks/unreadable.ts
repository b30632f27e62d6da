import type { EntityManager } from '@mikro-orm/postgresql';
import { isAboutTopic, isUuid, REGISTRY_WEBHOOKS, webhookSnapshot } from '@signet/contracts';
import type { KafkaClientOptions } from '@signet/kafka';
import { readWholeTopic } from '@signet/kafka';
import { reasonNotToOpen } from '@signet/service-kit';
import type { SealingKeys } from '@signet/signature';
import { WebhookEntity } from '../webhook/read-model/webhook.entity.ts';

/** A record of registry.webhooks.v1 that delivery cannot use. */
export interface UnreadableWebhook {
  readonly id: string;
  readonly tenantId: string | undefined;
  readonly name: string | undefined;
  readonly url: string | undefined;
  /** The reason, as a sentence. */
  readonly reason: string;
  /** Whether the registry has the webhook. If so, its API can show, correct and delete it. */
  readonly isKnown: boolean;
}

/** Every webhook on Kafka whose last record is not a valid webhook, or holds a sealed text that our keys do not open. */
export async function unreadableWebhooks(
  em: EntityManager,
  client: KafkaClientOptions,
  sealing: SealingKeys,
): Promise<UnreadableWebhook[]> {
  const last = new Map<string, Buffer>();
  await readWholeTopic(client, REGISTRY_WEBHOOKS, ({ key, value }) => {
    const id = key?.toString('utf8') ?? '';
    if (value === null || isAboutTopic(id)) last.delete(id);
    else last.set(id, value);
  });
  const unreadable = [...last].flatMap(([id, value]) => judged(id, value, sealing));
  const known = await em.find(WebhookEntity, { id: { $in: unreadable.map(({ id }) => id).filter(isUuid) } });
  const ids = new Set(known.map(({ id }) => id));
  return unreadable.map((webhook) => ({ ...webhook, isKnown: ids.has(webhook.id) }));
}

function judged(id: string, value: Buffer, sealing: SealingKeys): Omit<UnreadableWebhook, 'isKnown'>[] {
  const snapshot = webhookSnapshot.safeParse(parsed(value));
  if (!snapshot.success) {
    const reason = 'The record is not a webhook as this version knows it.';
    return [{ id, tenantId: undefined, name: undefined, url: undefined, reason }];
  }
  const reason = reasonNotToOpen(snapshot.data, sealing);
  const { tenantId, name, url } = snapshot.data;
  return reason === undefined ? [] : [{ id, tenantId, name, url, reason }];
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}
