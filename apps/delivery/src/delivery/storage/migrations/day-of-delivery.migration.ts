import { Migration } from '@mikro-orm/migrations';

/**
 * A function that finds the day of the partition in which a delivery lies. Planning this query over ninety partitions takes
 * ten times as long as running it. PL/pgSQL plans it once in a session; as a plain statement PostgreSQL would plan it each
 * time.
 */
export class DayOfDeliveryMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create function day_of_delivery(delivery uuid) returns date
      language plpgsql stable parallel safe set plan_cache_mode = force_generic_plan as $$
      begin
        -- The newest first, and no limit: for the first row in an order the planner reads an index in that order, whole.
        return (select (array_agg(d.day order by d.created_at desc))[1] from deliveries d where d.id = delivery);
      end $$;
    `);
  }
}
