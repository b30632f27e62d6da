import { Migration } from '@mikro-orm/migrations';

/**
 * In which day's partition a delivery lies. To plan this over ninety partitions takes ten times as long as to look into each
 * of them, and PL/pgSQL plans it once in a session; left to itself, PostgreSQL would plan it each time.
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
