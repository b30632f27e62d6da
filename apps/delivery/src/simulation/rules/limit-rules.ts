import type { Effect } from '../../scheduler/effects.ts';
import type { SchedulerEvent } from '../../scheduler/events.ts';
import type { World } from '../world/world.ts';
import { RuleBroken } from './rule-broken.ts';

const SECOND_MS = 1_000;
/** Leased deliveries whose bodies or subjects make a read a little larger than was free. */
const MARGIN = 40;

/** Rate limits, shares of the slots, and memory. */
export class LimitRules {
  private readonly starts = new Map<string, number[]>();

  constructor(private readonly world: World) {}

  sends({ task, webhook, at }: Extract<Effect, { type: 'Send' }>): void {
    const { rateLimitPerSecond: limit } = webhook;
    if (limit === null) return;
    const now = at.getTime();
    const starts = (this.starts.get(webhook.id) ?? []).filter((start) => start > now - SECOND_MS);
    starts.push(now);
    this.starts.set(webhook.id, starts);
    // What a person asks for is counted, but not held back.
    if (!task.isUrgent && starts.length > limit)
      throw new RuleBroken(
        'rate limits',
        `${webhook.id} gets ${starts.length} POSTs in a second, and its limit is ${limit}`,
      );
  }

  stepped(name: string, { type }: SchedulerEvent): void {
    const scheduler = this.world.replicas.get(name)?.scheduler;
    if (!scheduler || type === 'Tick') return;
    const { plan } = this.world;
    const tenants = new Map<string, number>();
    let onTheWire = 0;
    for (const { place, isUrgent, row } of scheduler.tasksOnTheWire()) {
      const hasSlot = place.at === 'wire' && place.hasSlot;
      if (hasSlot || isUrgent) onTheWire += 1;
      if (hasSlot) tenants.set(row?.tenantId ?? '', (tenants.get(row?.tenantId ?? '') ?? 0) + 1);
    }
    if (scheduler.attemptsInFlight !== onTheWire)
      throw new RuleBroken(
        'shares',
        `${name} counts ${scheduler.attemptsInFlight} POSTs on the wire, and there are ${onTheWire}`,
      );
    for (const [tenant, count] of tenants)
      if (count > Math.ceil(plan.slots / 2))
        throw new RuleBroken('shares', `${tenant} takes ${count} of the ${plan.slots} slots of ${name}`);
    const most = plan.partitions * plan.room + 2 * plan.leased + MARGIN;
    if (scheduler.size > most) throw new RuleBroken('memory', `${name} has ${scheduler.size} deliveries in memory`);
  }
}
