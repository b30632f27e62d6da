import { webhookHeaderContext, webhookIdentityContext, webhookSecretContext } from '@signet/contracts';
import { StartRefusedError } from '@signet/service-kit';
import type { SealingKeys } from '@signet/signature';
import { UnknownSealingKeyError } from '@signet/signature';
import type { Client } from 'pg';
import type { StoredUnder } from './sealing-keys.policy.ts';
import { reasonAgainstKeys } from './sealing-keys.policy.ts';

interface Sample {
  readonly key_id: string;
  readonly webhooks: number;
  readonly id: string;
  readonly header: string | null;
  readonly is_identity: boolean;
  readonly sealed: string;
}

/**
 * Selects one sealed text for each key id. It reads the rows through `to_jsonb`, because the table of an older
 * version does not have all of the columns. It orders by id and sealed text: a webhook may have several sealed texts,
 * and the four aggregated columns must come from the same one.
 */
const SAMPLES = `
  with rows as (select id, to_jsonb(webhooks) as webhook from registry.webhooks),
  texts as (
    select id, null as header, false as is_identity, secret ->> 'sealed' as sealed
      from rows, jsonb_array_elements(webhook -> 'secrets') as secret
    union all
    select id, key, false, value from rows, jsonb_each_text(coalesce(webhook -> 'sealed_headers', '{}'))
    union all
    select id, null, true, webhook -> 'client_certificate' ->> 'sealed' from rows
  )
  select split_part(sealed, '.', 2) as key_id, count(distinct id)::int as webhooks,
    (array_agg(id order by id, sealed))[1] as id, (array_agg(header order by id, sealed))[1] as header,
    (array_agg(is_identity order by id, sealed))[1] as is_identity, (array_agg(sealed order by id, sealed))[1] as sealed
  from texts where sealed is not null group by key_id order by key_id`;

/**
 * Checks, before the registry starts, whether its keys open the stored texts. Without this check the registry would
 * start, and answer 500 when a caller reads a secret.
 *
 * @param lost ids of keys that their owner has given up
 * @throws StartRefusedError naming each key id that is missing
 */
export async function checkSealingKeys(client: Client, sealing: SealingKeys, lost: readonly string[]): Promise<void> {
  const { rows: found } = await client.query<{ there: boolean }>(
    "select to_regclass('registry.webhooks') is not null as there",
  );
  if (!found[0]?.there) return;
  const { rows } = await client.query<Sample>(SAMPLES);
  const stored = rows.map((sample): StoredUnder => {
    const { key_id: keyId, webhooks } = sample;
    return { keyId, webhooks, key: judge(sample, sealing) };
  });
  const reason = reasonAgainstKeys(stored, lost);
  if (reason !== undefined) throw new StartRefusedError(reason);
}

function judge({ id, header, is_identity, sealed }: Sample, sealing: SealingKeys): StoredUnder['key'] {
  const ofSecret = is_identity ? webhookIdentityContext(id) : webhookSecretContext(id);
  try {
    sealing.open(sealed, header === null ? ofSecret : webhookHeaderContext(id, header));
    return 'opens';
  } catch (error) {
    return error instanceof UnknownSealingKeyError ? 'missing' : 'other';
  }
}
