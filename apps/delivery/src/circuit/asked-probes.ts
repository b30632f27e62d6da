import { PollLoop } from '@signet/service-kit';
import { sql } from 'kysely';
import type { Database } from '../database/database.port.ts';
import { fence } from '../partitions/fence.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';

export interface AskedProbesParts {
  readonly database: Database;
  /** Partitions that this replica serves. */
  readonly claims: () => readonly PartitionClaim[];
  /** Without an open circuit there is nothing that a person could ask for. */
  readonly isAnyOpen: () => boolean;
  /** Lets the webhook's next probe through now. */
  readonly probe: (webhookId: string) => void;
  readonly onError: (error: unknown) => void;
}

const POLL_MS = 250;

/**
 * Probes that people ask for. Any replica may store the request. Only the owner of the webhook's partition has the circuit,
 * so it looks for such requests while one of its circuits is open.
 */
export class AskedProbes {
  private readonly loop: PollLoop;

  constructor(private readonly parts: AskedProbesParts) {
    this.loop = new PollLoop(() => this.look(), POLL_MS, parts.onError);
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async look(): Promise<false> {
    const claims = this.parts.claims();
    if (claims.length === 0 || !this.parts.isAnyOpen()) return false;
    const { rows } = await sql<{ webhookId: string }>`
      with ${fence(claims)}
      update circuits c set probe_asked_at = null from owned o
      where c.partition = o.partition and c.probe_asked_at is not null
      returning c.webhook_id as "webhookId"`.execute(this.parts.database.query);
    for (const { webhookId } of rows) this.parts.probe(webhookId);
    return false;
  }
}
