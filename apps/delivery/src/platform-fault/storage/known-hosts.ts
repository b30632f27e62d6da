import type { Clock } from '@signet/contracts';
import { PollLoop } from '@signet/service-kit';
import { sql } from 'kysely';
import type { Database } from '../../database/database.port.ts';
import type { HostMemory } from '../host-memory.ts';

/** How often the hosts that are due are written, milliseconds. */
const EVERY_MS = 30_000;
/** How often a host that goes on answering is written, milliseconds: often enough for a memory of an hour. */
const REFRESH_MS = 300_000;
const BATCH_SIZE = 1_000;
const MOST = 10_000;

/**
 * Stores the hosts that answered lately in PostgreSQL, for processes that start while the platform is at fault: without them
 * a new process would judge the failures to be the receivers' fault. No work waits for a write; a host that was not written
 * becomes known again with its next answer.
 */
export class KnownHosts {
  private readonly loop: PollLoop;
  private readonly writtenAt = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly memory: Pick<HostMemory, 'all' | 'restore'>,
    private readonly memoryMs: number,
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
  ) {
    this.loop = new PollLoop(() => this.write(), EVERY_MS, onError);
  }

  /** Reads what earlier processes have written. A failure of PostgreSQL is reported, and the memory begins empty. */
  async start(): Promise<void> {
    await this.read().catch(this.onError);
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async read(): Promise<void> {
    const since = new Date(this.clock().getTime() - this.memoryMs);
    const { query } = this.database;
    await query.deleteFrom('answered_hosts').where('answered_at', '<', since).execute();
    const rows = await query
      .selectFrom('answered_hosts')
      .select(['host', 'tenants', 'answered_at as answeredAt'])
      .orderBy('answered_at', 'desc')
      .limit(MOST)
      .execute();
    for (const { host, tenants, answeredAt } of rows) {
      const at = new Date(answeredAt).getTime();
      this.memory.restore(host, tenants, at);
      this.writtenAt.set(host, at);
    }
  }

  /** Writes the hosts that are due; true when there are more. */
  async write(): Promise<boolean> {
    const due = [];
    for (const known of this.memory.all()) {
      if (known.answeredAt - (this.writtenAt.get(known.host) ?? Number.NEGATIVE_INFINITY) < REFRESH_MS) continue;
      if (known.answeredAt !== Number.NEGATIVE_INFINITY && due.push(known) === BATCH_SIZE) break;
    }
    if (due.length === 0) return false;
    // jsonb, since arrays of arrays must be of one length.
    const input = JSON.stringify(
      due.map(({ host, tenants, answeredAt }) => ({ host, tenants: [...tenants], at: new Date(answeredAt) })),
    );
    await sql`
      insert into answered_hosts (host, tenants, answered_at)
      select i.host, array(select jsonb_array_elements_text(i.tenants)), i.at
      from jsonb_to_recordset(${input}::jsonb) as i(host text, tenants jsonb, at timestamptz)
      order by i.host
      on conflict (host) do update set tenants = excluded.tenants, answered_at = excluded.answered_at
      where excluded.answered_at > answered_hosts.answered_at`.execute(this.database.query);
    for (const { host, answeredAt } of due) this.writtenAt.set(host, answeredAt);
    if (this.writtenAt.size > 2 * MOST) this.writtenAt.clear();
    return due.length === BATCH_SIZE;
  }
}
