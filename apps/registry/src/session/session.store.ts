import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { tables } from '../database/tables.ts';
import { SessionEntity } from './session.entity.ts';
import type { SessionRow } from './session.entity.ts';

/** The table `sessions`, within the transaction of `em` if it is in one. */
export class SessionStore {
  constructor(private readonly em: EntityManager) {}

  find(hash: string): Promise<SessionRow | undefined> {
    return tables(this.em).selectFrom('sessions').selectAll().where('hash', '=', hash).executeTakeFirst();
  }

  /** The sessions of these keys, by key; some of them may have expired. */
  async byKeys(keyIds: readonly string[]): Promise<ReadonlyMap<string, readonly SessionRow[]>> {
    if (keyIds.length === 0) return new Map();
    const isOne = sql<boolean>`key_id = any(${[...keyIds]}::uuid[])`;
    const rows = await tables(this.em).selectFrom('sessions').selectAll().where(isOne).execute();
    return Map.groupBy(rows, ({ keyId }) => keyId);
  }

  async add(session: SessionRow): Promise<void> {
    await this.em.insert(SessionEntity, session);
  }

  async remove(hash: string): Promise<void> {
    await this.em.nativeDelete(SessionEntity, { hash });
  }

  /** Leaves the rows that another transaction removes at the same time, so that two sign-ins cannot wait for each other. */
  async removeExpired(now: Date): Promise<void> {
    await sql`
      delete from sessions where hash in
        (select hash from sessions where expires_at <= ${now.toISOString()}::timestamptz for update skip locked)`.execute(
      tables(this.em),
    );
  }

  /** Keeps only the newest sessions of a key. */
  async keepNewest(keyId: string, count: number): Promise<void> {
    const newest = tables(this.em).selectFrom('sessions').select('hash').where('keyId', '=', keyId);
    const older = await newest.orderBy('startedAt', 'desc').orderBy('hash').offset(count).execute();
    const hashes = older.map(({ hash }) => hash);
    if (hashes.length > 0) await this.em.nativeDelete(SessionEntity, { hash: { $in: hashes } });
  }
}
