import type { EntityManager } from '@mikro-orm/postgresql';
import { forgetSnapshots, lockSnapshots } from '@signet/event-store';
import type { SealingKeys } from '@signet/signature';
import { sql } from 'kysely';
import { aggregateOf, streamOf } from '../database/streams.ts';
import { nextIds } from '../republish/republish-all.ts';
import type { Republication } from '../republish/snapshots-requested.ts';
import { WebhookEntity } from '../webhook/read-model/webhook.entity.ts';
import type { SealedEvent } from '../webhook/domain/webhook.resealed.ts';
import { Resealing, SEALED_EVENT_TYPES } from '../webhook/domain/webhook.resealed.ts';
import type { WebhookRow } from '../webhook/read-model/webhook.row.ts';
import { applyToRow } from '../webhook/read-model/webhook.row.ts';

/** A fact and its place in the event store. */
interface Placed {
  readonly stream_id: string;
  readonly version: number;
  readonly event: SealedEvent;
}

/**
 * Seals the secrets of every webhook, and its other sealed texts, under the newest sealing key: in the events, since
 * a rebuild reads them, and in the read model. Deleted webhooks are included. The sealing is how a fact is stored and
 * not part of the fact, so no event is appended and no version changes. Each batch requests its snapshots in its own
 * transaction. So a command that was interrupted continues when it is run again, and every resealed text is
 * published.
 *
 * @param lost ids of keys that their owner has given up
 * @returns the number of texts that were resealed
 * @throws UnknownSealingKeyError if a text is sealed under a key that is neither configured nor given up
 */
export async function resealWebhooks(
  em: EntityManager,
  sealing: SealingKeys,
  republication: Republication,
  lost: readonly string[] = [],
): Promise<number> {
  let count = 0;
  for (
    let ids = await nextIds(em, 'webhook', '');
    ids.length > 0;
    ids = await nextIds(em, 'webhook', ids.at(-1) ?? '')
  ) {
    const batch = ids;
    count += await em
      .fork()
      .transactional((transaction) =>
        resealBatch(transaction, batch, () => new Resealing(sealing, lost), republication),
      );
  }
  return count;
}

async function resealBatch(
  em: EntityManager,
  ids: readonly string[],
  newResealing: () => Resealing,
  republication: Republication,
): Promise<number> {
  const look = newResealing();
  if (resealed(await sealedEvents(em, ids), look).length === 0) return 0;
  await lockSnapshots(em);
  // Appends wait until the batch is committed. Without the lock, an append that has already read a row's secrets
  // would write the old ones back.
  await sql`lock table events in share row exclusive mode`.execute(em.getKysely());
  const resealing = newResealing();
  const events = await sealedEvents(em, ids);
  const changed = resealed(events, resealing);
  await rewriteEvents(em, changed);
  const streams = new Set(changed.map(({ stream_id }) => stream_id));
  await forgetSnapshots(em, [...streams]);
  const now = new Map(changed.map((placed) => [placeOf(placed), placed]));
  await rewriteRows(
    em,
    events.filter(({ stream_id }) => streams.has(stream_id)).map((placed) => now.get(placeOf(placed)) ?? placed),
  );
  await republication.request(
    em,
    'webhook',
    [...streams].map((stream) => aggregateOf(stream).id),
  );
  return resealing.count;
}

const placeOf = ({ stream_id, version }: Placed): string => `${stream_id} ${version}`;

async function sealedEvents(em: EntityManager, ids: readonly string[]): Promise<Placed[]> {
  const streams = ids.map((id) => streamOf('webhook', id));
  const { rows } = await sql<{ stream_id: string; version: number } & SealedEvent>`
    select stream_id, version, type, data from events
    where stream_id = any(${streams}::text[]) and type = any(${[...SEALED_EVENT_TYPES]}::text[])
    order by stream_id, version`.execute(em.getKysely());
  return rows.map(({ stream_id, version, ...event }) => ({ stream_id, version, event: event as SealedEvent }));
}

/** The facts that the resealing changes. */
const resealed = (events: readonly Placed[], resealing: Resealing): Placed[] =>
  events.flatMap((placed) => {
    const event = resealing.fact(aggregateOf(placed.stream_id).id, placed.event);
    return event === placed.event ? [] : [{ ...placed, event }];
  });

async function rewriteEvents(em: EntityManager, events: readonly Placed[]): Promise<void> {
  await sql`
    update events set data = resealed.data::jsonb
    from unnest(
      ${events.map(({ stream_id }) => stream_id)}::text[],
      ${events.map(({ version }) => version)}::int[],
      ${events.map(({ event }) => JSON.stringify(event.data))}::text[]
    ) as resealed (stream_id, version, data)
    where events.stream_id = resealed.stream_id and events.version = resealed.version`.execute(em.getKysely());
}

/** The sealed texts of a row must be exactly those of its events. A deleted webhook has no row. */
async function rewriteRows(em: EntityManager, events: readonly Placed[]): Promise<void> {
  const rows = new Map<string, WebhookRow | null>();
  for (const { stream_id, version, event } of events) {
    const { id } = aggregateOf(stream_id);
    rows.set(id, applyToRow(id, rows.get(id) ?? null, { ...event, version }));
  }
  for (const [id, row] of rows) {
    if (row === null) continue;
    const { headers, sealedHeaders, secrets, clientCertificate } = row;
    await em.nativeUpdate(
      WebhookEntity,
      { id },
      { headers: { ...headers }, sealedHeaders: { ...sealedHeaders }, secrets: [...secrets], clientCertificate },
    );
  }
}
