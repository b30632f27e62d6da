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

/** A fact and where it lies. */
interface Placed {
  readonly stream_id: string;
  readonly version: number;
  readonly event: SealedEvent;
}

/**
 * Brings the secrets of every webhook that ever was under the newest sealing key, and what else of it is sealed: in the
 * events, since a rebuild reads them, and in the read model. A sealing is how a fact is stored and no part of it, so that
 * nothing is appended for it and no version changes. Each batch asks for its snapshots in its own transaction: what is
 * interrupted goes on where it stopped when it is begun again, and nothing is resealed without being published.
 *
 * @param lost ids of keys that their owner has given up
 * @returns how many texts were resealed
 * @throws UnknownSealingKeyError where something was sealed under a key that is not configured any more, nor given up
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
  // Appends wait until the batch is through: one of them may have read a row's secrets, and would write them back.
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

/** Those that change. */
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

/** What a row holds that is sealed is that of its events, letter for letter. One that is deleted has no row. */
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
