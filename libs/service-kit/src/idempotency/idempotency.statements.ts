import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { IdempotentRequest } from './idempotency-store.ts';

/** The stored state of an earlier request. */
export interface KnownRequest {
  readonly fingerprint: string;
  readonly isLeaseOver: boolean;
  readonly isCommitted: boolean;
  readonly sealedAnswer: string | null;
}

export interface Claim {
  readonly scope: string;
  /** Distinguishes this claim from a later one of the same scope. */
  readonly token: string;
}

export interface NewClaim extends IdempotentRequest, Claim {
  readonly now: Date;
  readonly leaseUntil: Date;
  readonly expiresAt: Date;
}

/**
 * Takes the claim if it is free: if there is none, if it has expired, or if the lease of its holder has run out and the holder has
 * committed nothing. A holder that has lost its claim cannot commit any more (`commitUnder`).
 */
export async function takeClaim(em: EntityManager, claim: NewClaim): Promise<boolean> {
  const { scope, fingerprint, token, now, leaseUntil, expiresAt } = claim;
  const { rows } = await sql`
    insert into idempotency_keys as known (scope, fingerprint, token, lease_until, expires_at)
    values (${scope}, ${fingerprint}, ${token}, ${leaseUntil}, ${expiresAt})
    on conflict (scope) do update set fingerprint = excluded.fingerprint, token = excluded.token,
      lease_until = excluded.lease_until, is_committed = false, sealed_answer = null, expires_at = excluded.expires_at
    where known.expires_at <= ${now} or (known.lease_until <= ${now} and not known.is_committed
      and known.sealed_answer is null and known.fingerprint = excluded.fingerprint)
    returning known.scope`.execute(em.getKysely());
  return rows.length > 0;
}

export async function knownRequest(em: EntityManager, scope: string, now: Date): Promise<KnownRequest | undefined> {
  const { rows } = await sql<KnownRequest>`
    select fingerprint, lease_until <= ${now} as "isLeaseOver", is_committed as "isCommitted", sealed_answer as "sealedAnswer"
    from idempotency_keys where scope = ${scope}`.execute(em.getKysely());
  return rows[0];
}

/** Records in the transaction of `em` that it carries out the claim's request; false if another request has the claim now. */
export async function commitUnder(em: EntityManager, { scope, token }: Claim): Promise<boolean> {
  const { rows } = await sql`
    update idempotency_keys set is_committed = true where scope = ${scope} and token = ${token}
    returning scope`.execute(em.getKysely());
  return rows.length > 0;
}

export async function storeAnswer(em: EntityManager, { scope, token }: Claim, sealedAnswer: string): Promise<void> {
  await sql`update idempotency_keys set sealed_answer = ${sealedAnswer}
    where scope = ${scope} and token = ${token}`.execute(em.getKysely());
}

/** Drops the claim. If a change was committed under it, drops only the lease: the request must not be carried out again. */
export async function dropClaim(em: EntityManager, { scope, token }: Claim, now: Date): Promise<void> {
  await sql`
    with dropped as (
      delete from idempotency_keys where scope = ${scope} and token = ${token} and not is_committed)
    update idempotency_keys set lease_until = ${now}
    where scope = ${scope} and token = ${token} and is_committed`.execute(em.getKysely());
}

/** Removes up to `limit` expired requests; resolves to the number of removed ones. */
export async function removeExpired(em: EntityManager, now: Date, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from idempotency_keys where scope in (
      select scope from idempotency_keys where expires_at <= ${now} order by expires_at limit ${limit}
      for update skip locked)
    returning scope`.execute(em.getKysely());
  return rows.length;
}
