import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import { sql } from 'kysely';

/** Commands for circuits that people give through the API of any replica. */
export class CircuitCommands {
  constructor(
    private readonly em: EntityManager,
    private readonly now: Clock,
    /** Called in the transaction that carries out the command: an Idempotency-Key is stored with it. */
    private readonly carriedOut: (em: EntityManager) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** Asks the owner of the webhook's partition for a probe now. Has no effect if the circuit is closed. */
  async askForProbe(webhookId: string): Promise<void> {
    await this.em.fork().transactional(async (em) => {
      await sql`
        update circuits set probe_asked_at = ${this.now()} where webhook_id = ${webhookId}::uuid and probe_at is not null`.execute(
        em.getKysely(),
      );
      await this.carriedOut(em);
    });
  }
}
