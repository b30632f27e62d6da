import { DELIVERY_REQUESTS } from '@signet/contracts';
import type { DeadLetter } from '@signet/kafka';
import type { ShelvedRow } from './shelf.ts';
import type { UnreadableRowError } from './shelved-records.ts';

/** Names the row in `unreadable_shelved_requests`, whose bytes stay in PostgreSQL: they may be more than Kafka takes. */
const ROW_HEADER = 'signet-shelved-row';

/** The dead letter that reports a shelved row that cannot be read. It has no value, so putting it back sends nothing. */
export const unreadableRow = (row: ShelvedRow, error: UnreadableRowError, now: Date): DeadLetter => ({
  record: {
    topic: DELIVERY_REQUESTS,
    partition: row.partition,
    offset: '-1',
    key: Buffer.from(row.webhookId),
    value: null,
    headers: { [ROW_HEADER]: Buffer.from(row.id) },
    timestamp: now.getTime(),
  },
  why: {
    reason: 'shelved_row_unreadable',
    detail: `${error.message} It is row ${row.id} of unreadable_shelved_requests.`,
  },
});
