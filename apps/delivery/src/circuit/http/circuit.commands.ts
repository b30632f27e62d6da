import type { Clock } from '@signet/contracts';
import { sql } from 'kysely';
import type { Database, Transaction } from '../../database/database.port.ts';
import { OF_PRESENT_OWNER } from '../../partitions/fence.ts';
import { CIRCUIT_COLUMNS, toCircuitRow } from './circuit.reader.ts';
import type { CircuitRow, RawCircuitRow } from './circuit.reader.ts';

/** Commands for circuits that people give through the API of any replica. */
export class CircuitCommands {
  constructor(
    private readonly database: Database,
    private readonly now: Clock,
    /** Called in the transaction that carries out the command: an Idempotency-Key is stored with it. */
    private readonly carriedOut: (transaction: Transaction) => Promise<void> = () => Promise.resolve(),
  ) {}

  /**
   * Asks the owner of the webhook's partition for a probe now. Has no effect if the circuit is closed.
   *
   * @returns the circuit as it is before the owner knows: the probe may have ended a moment later; null: it is closed
   */
  async askForProbe(webhookId: string): Promise<CircuitRow | null> {
    return this.database.transaction(async (transaction) => {
      const { rows } = await sql<RawCircuitRow>`
        with asked as (
          update circuits set probe_asked_at = ${this.now()}
          where webhook_id = ${webhookId}::uuid and probe_at is not null returning *
        )
        select ${CIRCUIT_COLUMNS} from asked c ${OF_PRESENT_OWNER}`.execute(transaction.query);
      await this.carriedOut(transaction);
      return rows[0] ? toCircuitRow(rows[0]) : null;
    });
  }
}
