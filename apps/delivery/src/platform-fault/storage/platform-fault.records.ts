import type { Clock } from '@signet/contracts';
import { sql } from 'kysely';
import type { Database } from '../../database/database.port.ts';
import { fence } from '../../partitions/fence.ts';
import type { PartitionClaim } from '../../partitions/ownership.ts';
import type { Evidence } from '../local-evidence.policy.ts';

/** How often the rows are renewed while the fault lasts, milliseconds. */
const AGAIN_MS = 5_000;
/** A row is valid for this long, milliseconds: so the row of a process that died soon expires. */
const AHEAD_MS = 15_000;

export interface PlatformFaultRecordsParts {
  readonly database: Database;
  readonly clock: Clock;
  /** The partitions served here. */
  readonly claims: () => readonly PartitionClaim[];
  readonly onError: (error: unknown) => void;
}

/** Stores that a fault holds back the deliveries of this replica's partitions, so that every replica can show it. */
export class PlatformFaultRecords {
  private timer: NodeJS.Timeout | undefined;
  /** Writes run one after the other: with two at once, the older state could be stored last. */
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly parts: PlatformFaultRecordsParts) {}

  began(evidence: Evidence): void {
    const since = this.parts.clock();
    const write = (): void => this.enqueue(() => this.write(evidence, since));
    clearInterval(this.timer);
    this.timer = setInterval(write, AGAIN_MS);
    write();
  }

  ended(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.enqueue(() => this.remove());
  }

  async stop(): Promise<void> {
    if (this.timer) this.ended();
    await this.writing;
  }

  private enqueue(write: () => Promise<void>): void {
    this.writing = this.writing.then(write).catch(this.parts.onError);
  }

  private async write(evidence: Evidence, since: Date): Promise<void> {
    const claims = this.parts.claims();
    if (claims.length === 0) return;
    const until = new Date(this.parts.clock().getTime() + AHEAD_MS);
    await sql`
      with ${fence(claims)}
      insert into platform_faults (partition, epoch, evidence, since, held_until)
      select partition, epoch, ${evidence}, ${since}, ${until} from owned
      on conflict (partition) do update set epoch = excluded.epoch, evidence = excluded.evidence,
        since = excluded.since, held_until = excluded.held_until`.execute(this.parts.database.query);
  }

  private async remove(): Promise<void> {
    const claims = this.parts.claims();
    if (claims.length === 0) return;
    await sql`
      with ${fence(claims)}
      delete from platform_faults f using owned o where f.partition = o.partition`.execute(this.parts.database.query);
  }
}
