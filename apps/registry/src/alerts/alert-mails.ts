import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK } from '@signet/service-kit';
import { sql } from 'kysely';
import type { Alert } from './alert.ts';

/** How a mail ended: `unwanted` when the address was removed, `expired` when no server took it in time. */
export type MailResult = 'sent' | 'refused' | 'expired' | 'unwanted';

export interface LeasedMail {
  readonly alert: Alert;
  /** The tenant's present alert address; null: the tenant has removed it. */
  readonly to: string | null;
  /** Attempts so far, this one included. */
  readonly attempts: number;
}

/**
 * An older alert is not mailed any more. This limit also keeps a relay that starts from the beginning of the log from
 * mailing old alerts.
 */
export const NEWS_FOR_MS = 24 * 60 * 60 * 1000;
const KEPT_FOR_MS = 7 * NEWS_FOR_MS;

/** The queue of mails, in PostgreSQL: one mail for each alert of a tenant that has an alert address. */
@Injectable()
export class AlertMails {
  constructor(
    @Inject(EntityManager) private readonly em: EntityManager,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Adds the alerts of tenants with an address. The same alert again changes nothing. */
  async add(alerts: readonly Alert[]): Promise<number> {
    const now = this.clock();
    const news = alerts.filter(({ at }) => Date.parse(at) > now.getTime() - NEWS_FOR_MS);
    if (news.length === 0) return 0;
    const added = await sql`
      insert into alert_mails (alert_id, tenant_id, alert, created_at, due_at)
      select told.id, told.tenant_id, told.alert, ${now}, ${now}
      from unnest(${news.map(({ id }) => id)}::uuid[], ${news.map(({ tenantId }) => tenantId)}::text[],
        ${news.map((alert) => JSON.stringify(alert))}::jsonb[]) as told (id, tenant_id, alert)
      join tenants on tenants.id = told.tenant_id and tenants.alert_email is not null
      on conflict (alert_id) do nothing`.execute(this.em.fork().getKysely());
    return Number(added.numAffectedRows ?? 0);
  }

  /** Leases up to `limit` mails that are due: no other replica gets them until the lease ends. */
  async lease(leaseUntil: Date, limit: number): Promise<LeasedMail[]> {
    const leased = await sql<{ alert: Alert; attempts: number; to: string | null }>`
      update alert_mails as mail set due_at = ${leaseUntil}, attempts = mail.attempts + 1
      from (
        select alert_id from alert_mails where due_at <= ${this.clock()}
        order by due_at limit ${limit} for update skip locked
      ) as due
      where mail.alert_id = due.alert_id
      returning mail.alert, mail.attempts,
        (select alert_email from tenants where tenants.id = mail.tenant_id) as "to"`.execute(
      this.em.fork().getKysely(),
    );
    return leased.rows;
  }

  async tryAgainAt(alertId: string, at: Date): Promise<void> {
    await sql`update alert_mails set due_at = ${at} where alert_id = ${alertId}::uuid and due_at is not null`.execute(
      this.em.fork().getKysely(),
    );
  }

  async end(alertId: string, result: MailResult): Promise<void> {
    await sql`update alert_mails set due_at = null, ended_at = ${this.clock()}, result = ${result}
      where alert_id = ${alertId}::uuid`.execute(this.em.fork().getKysely());
  }

  /** Removes the mails that were sent or given up a week ago or earlier. */
  async clean(): Promise<void> {
    const before = new Date(this.clock().getTime() - KEPT_FOR_MS);
    await sql`delete from alert_mails where ended_at < ${before}`.execute(this.em.fork().getKysely());
  }

  /** Number of mails that still have to be sent. */
  async waiting(): Promise<number> {
    const { rows } = await sql<{ count: string }>`
      select count(*) from alert_mails where due_at is not null`.execute(this.em.fork().getKysely());
    return Number(rows[0]?.count ?? 0);
  }
}
