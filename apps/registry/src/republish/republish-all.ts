import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Kind } from '../database/streams.ts';
import { aggregateOf, KINDS, streamOf } from '../database/streams.ts';
import type { Republication } from './snapshots-requested.ts';
import { SNAPSHOTS_AT_ONCE } from './snapshots-requested.ts';

/**
 * The next ids of one kind of aggregate (webhooks, tenants or API keys), in the order of their streams' names, after the given id ('': from
 * the first). Deleted aggregates are included, because a tombstone is published for them.
 */
export async function nextIds(em: EntityManager, kind: Kind, after: string): Promise<string[]> {
  const prefix = streamOf(kind, '');
  const { rows } = await sql<{ stream_id: string }>`
    select stream_id from events
    where version = 1 and starts_with(stream_id, ${prefix}) and stream_id > ${after === '' ? '' : prefix + after}
    order by stream_id limit ${SNAPSHOTS_AT_ONCE}`.execute(em.getKysely());
  return rows.map(({ stream_id }) => aggregateOf(stream_id).id);
}

/** Requests the present state of every aggregate; resolves to their number. */
export async function republishAll(em: EntityManager, republication: Republication): Promise<number> {
  let count = 0;
  for (const kind of KINDS) {
    for (let ids = await nextIds(em, kind, ''); ids.length > 0; ids = await nextIds(em, kind, ids.at(-1) ?? '')) {
      await republication.request(em, kind, ids);
      count += ids.length;
    }
  }
  return count;
}
