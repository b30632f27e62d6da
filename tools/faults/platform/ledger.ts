import type { LocalFile } from '../../dev/data-folder/local-file.ts';
import { withDatabaseOf } from '../../bench/installation/database.ts';

export interface Ledger {
  /** Deliveries that have not succeeded, shelved requests among them. */
  readonly undelivered: number;
  /** The largest number of attempts that any delivery has spent. */
  readonly mostAttempts: number;
  readonly disabled: number;
  /** What was recorded of these webhooks since they were registered: failures in a row, alerts, disablings. */
  readonly counted: number;
  readonly failuresInARow: number;
}

/** What PostgreSQL says of deliveries and of the webhooks with these URLs. */
export const readLedger = (local: LocalFile, urls: readonly string[]): Promise<Ledger> =>
  withDatabaseOf(local, async (client) => {
    const { rows } = await client.query<Record<keyof Ledger, string>>(
      `with chosen as (select id, is_active, consecutive_failures from registry.webhooks where url = any($1))
       select
         (select count(*) from delivery.deliveries join chosen on chosen.id = webhook_id where status <> 'SUCCESS')
           + (select count(*) from delivery.shelved_requests) as "undelivered",
         (select coalesce(max(attempt_count), 0) from delivery.deliveries join chosen on chosen.id = webhook_id) as "mostAttempts",
         (select count(*) from chosen where not is_active) as "disabled",
         (select count(*) from registry.events join chosen on stream_id = 'webhook:' || chosen.id where version > 1) as "counted",
         (select coalesce(sum(consecutive_failures), 0) from chosen) as "failuresInARow"`,
      [urls],
    );
    const number = (name: keyof Ledger): number => Number(rows[0]?.[name]);
    return {
      undelivered: number('undelivered'),
      mostAttempts: number('mostAttempts'),
      disabled: number('disabled'),
      counted: number('counted'),
      failuresInARow: number('failuresInARow'),
    };
  });
