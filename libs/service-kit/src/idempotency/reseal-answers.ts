import type { EntityManager } from '@mikro-orm/postgresql';
import type { SealingKeys } from '@signet/signature';
import { sql } from 'kysely';
import { answerContext } from './idempotency-keys.ts';

const AT_ONCE = 500;

interface SealedAnswer {
  readonly scope: string;
  readonly sealed: string;
}

/** Seals the stored answers of idempotency keys anew with the newest sealing key; resolves to their number. */
export async function resealAnswers(em: EntityManager, sealing: SealingKeys): Promise<number> {
  const prefix = `v1.${sealing.activeKeyId}.`;
  for (let count = 0; ;) {
    const { rows } = await sql<SealedAnswer>`
      select scope, sealed_answer as sealed from idempotency_keys
      where not starts_with(sealed_answer, ${prefix}) limit ${AT_ONCE}`.execute(em.getKysely());
    if (rows.length === 0) return count;
    // Only rows that have not changed since they were read: an expired key may have been claimed again.
    await sql`
      update idempotency_keys as known set sealed_answer = resealed.after
      from unnest(
        ${rows.map(({ scope }) => scope)}::text[],
        ${rows.map(({ sealed }) => sealed)}::text[],
        ${rows.map(({ scope, sealed }) => sealing.reseal(sealed, answerContext(scope)))}::text[]
      ) as resealed (scope, before, after)
      where known.scope = resealed.scope and known.sealed_answer = resealed.before`.execute(em.getKysely());
    count += rows.length;
  }
}
