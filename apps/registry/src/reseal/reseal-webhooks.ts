import type { EntityManager } from '@mikro-orm/postgresql';
import { webhookSecretContext } from '@signet/contracts';
import type { SealingKeys } from '@signet/signature';
import { sql } from 'kysely';
import { aggregateOf, streamOf } from '../database/streams.ts';
import { nextIds } from '../republish/republish-all.ts';
import type { Republication } from '../republish/snapshots-requested.ts';
import { WebhookEntity } from '../webhook/webhook.entity.ts';
import { WebhookQueries } from '../webhook/webhook.queries.ts';

interface SealedEvent {
  readonly stream_id: string;
  readonly version: number;
  readonly sealed: string;
}

/**
 * Brings the secrets of every webhook that ever was under the newest sealing key: in the events, since a rebuild reads
 * them, and in the read model. A sealing is how a fact is stored and no part of it, so that nothing is appended for it
 * and no version changes. Each batch asks for its snapshots in its own transaction: what is interrupted goes on where it
 * stopped when it is begun again, and nothing is resealed without being published.
 *
 * @returns how many secrets were resealed
 * @throws UnknownSealingKeyError where a secret was sealed under a key that is not configured any more
 */
export async function resealWebhooks(
  em: EntityManager,
  sealing: SealingKeys,
  republication: Republication,
): Promise<number> {
  let count = 0;
  for (
    let ids = await nextIds(em, 'webhook', '');
    ids.length > 0;
    ids = await nextIds(em, 'webhook', ids.at(-1) ?? '')
  ) {
    const batch = ids;
    count += await em.fork().transactional((transaction) => resealBatch(transaction, batch, sealing, republication));
  }
  return count;
}

async function resealBatch(
  em: EntityManager,
  ids: readonly string[],
  sealing: SealingKeys,
  republication: Republication,
): Promise<number> {
  const stale = await staleEvents(em, ids, sealing);
  if (stale.length === 0) return 0;
  // Appends wait until the batch is through: one of them may have read a row's secrets, and would write them back.
  await sql`lock table events in share row exclusive mode`.execute(em.getKysely());
  const resealed = new Map<string, string>();
  const events = (await staleEvents(em, ids, sealing)).map((event) => {
    const sealed = sealing.reseal(event.sealed, webhookSecretContext(aggregateOf(event.stream_id).id));
    resealed.set(event.sealed, sealed);
    return { ...event, sealed };
  });
  await rewriteEvents(em, events);
  await rewriteRows(em, ids, resealed);
  await republication.request(em, 'webhook', [...new Set(events.map(({ stream_id }) => aggregateOf(stream_id).id))]);
  return events.length;
}

async function staleEvents(em: EntityManager, ids: readonly string[], { activeKeyId }: SealingKeys) {
  const streams = ids.map((id) => streamOf('webhook', id));
  const { rows } = await sql<SealedEvent>`
    select stream_id, version, data ->> 'sealedSecret' as sealed from events
    where stream_id = any(${streams}::text[]) and data ? 'sealedSecret'
      and not starts_with(data ->> 'sealedSecret', ${`v1.${activeKeyId}.`})`.execute(em.getKysely());
  return rows;
}

async function rewriteEvents(em: EntityManager, events: readonly SealedEvent[]): Promise<void> {
  await sql`
    update events set data = jsonb_set(events.data, '{sealedSecret}', to_jsonb(resealed.sealed))
    from unnest(
      ${events.map(({ stream_id }) => stream_id)}::text[],
      ${events.map(({ version }) => version)}::int[],
      ${events.map(({ sealed }) => sealed)}::text[]
    ) as resealed (stream_id, version, sealed)
    where events.stream_id = resealed.stream_id and events.version = resealed.version`.execute(em.getKysely());
}

/** A row's secrets are those of its events, letter for letter. */
async function rewriteRows(
  em: EntityManager,
  ids: readonly string[],
  resealed: ReadonlyMap<string, string>,
): Promise<void> {
  for (const { id, secrets } of await new WebhookQueries(em).byIds(ids)) {
    const now = secrets.map(({ sealed, expiresAt }) => ({ sealed: resealed.get(sealed) ?? sealed, expiresAt }));
    const isChanged = now.some(({ sealed }, index) => sealed !== secrets[index]?.sealed);
    if (isChanged) await em.nativeUpdate(WebhookEntity, { id }, { secrets: now });
  }
}
