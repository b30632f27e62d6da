import pg from 'pg';

/** A transaction of another client. While it is open, the relay publishes no event that was written after it began. */
export class OpenTransaction {
  private constructor(
    private readonly holder: pg.Client,
    private readonly reader: pg.Client,
  ) {}

  static async on(connectionString: string): Promise<OpenTransaction> {
    const [holder, reader] = [new pg.Client({ connectionString }), new pg.Client({ connectionString })];
    await Promise.all([holder.connect(), reader.connect()]);
    return new OpenTransaction(holder, reader);
  }

  async begin(): Promise<void> {
    await this.holder.query('begin');
    await this.holder.query('select pg_current_xact_id()');
  }

  async end(): Promise<void> {
    await this.holder.query('rollback');
  }

  /** Number of events that are committed and not yet published by the relay. */
  async unpublished(): Promise<number> {
    const { rows } = await this.reader.query<{ events: number }>(
      `select count(*)::int as events from registry.events e, registry.relay_positions r
       where r.name = 'registry' and (e.tx, e.position) > (r.tx, r.position)`,
    );
    return rows[0]?.events ?? 0;
  }

  async close(): Promise<void> {
    await Promise.all([this.holder.end(), this.reader.end()]);
  }
}
