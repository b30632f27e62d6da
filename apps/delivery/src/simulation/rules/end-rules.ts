import type { RunningReplica, World } from '../world/world.ts';
import { RuleBroken } from './rule-broken.ts';

/** Whether every request that was accepted has ended. */
export const hasAllEnded = (world: World): boolean => firstOpen(world) === undefined;

/** What has to be true when everything is quiet again. */
export function checkEnd(world: World): void {
  const open = firstOpen(world);
  if (open !== undefined) {
    const row = world.database.deliveries.get(open)?.row;
    throw new RuleBroken('nothing is lost', `${open} ${row ? `is ${row.status} for ever` : 'was never stored'}`);
  }
  checkEnds(world);
  for (const replica of world.replicas.values()) checkLeaks(replica);
}

function firstOpen({ rules, database }: World): string | undefined {
  for (const id of rules.acceptedById.keys()) {
    if (rules.deletedByPeople.has(id)) continue;
    const status = database.deliveries.get(id)?.row.status;
    if (status !== 'SUCCESS' && status !== 'FAILED') return id;
  }
  return undefined;
}

function checkEnds({ database, rules, posts, plan }: World): void {
  const isCalm = Object.values(plan.faults).every((isPlanned) => !isPlanned);
  for (const { row, events } of database.deliveries.values()) {
    const made = posts.get(row.id) ?? [];
    if (row.status === 'SUCCESS' && !made.some(({ statusCode }) => statusCode === 200))
      throw new RuleBroken('attempts', `${row.id} has succeeded, and no receiver took it`);
    if (row.endReason !== null && !rules.wereOff.has(row.webhookId))
      throw new RuleBroken(
        'nothing is lost',
        `${row.id} ended as ${row.endReason}, and its webhook took deliveries all the time`,
      );
    const recorded = events.filter(
      ({ type }) => type === 'DeliveryAttemptFailed' || type === 'DeliveryAttemptSucceeded',
    );
    if (isCalm && recorded.length !== made.length)
      throw new RuleBroken(
        'attempts',
        `${row.id} was sent ${made.length} times, and its log has ${recorded.length} attempts`,
      );
  }
}

/** The parts of the scheduler that hold something for each delivery under way. They are private: only the simulation looks. */
interface Inside {
  readonly memory: {
    readonly urgent: { readonly held: ReadonlyMap<string, number> };
    readonly queues: { readonly memory: { readonly held: ReadonlyMap<string, number> } };
    readonly lanes: { readonly webhooks: ReadonlyMap<string, unknown>; readonly watches: ReadonlySet<unknown> };
    readonly changes: { readonly watches: ReadonlySet<unknown> };
    readonly turns: { readonly isEmpty: boolean };
  };
  readonly sends: {
    readonly slots: { readonly inFlight: number; readonly tenants: { readonly held: ReadonlyMap<string, number> } };
  };
}

function checkLeaks({ scheduler, host }: RunningReplica): void {
  const { memory, sends } = scheduler as unknown as Inside;
  const left: Readonly<Record<string, number>> = {
    deliveries: scheduler.size,
    'POSTs on the wire': scheduler.attemptsInFlight,
    slots: sends.slots.inFlight,
    'tenants with slots': sends.slots.tenants.held.size,
    'tenants with leased deliveries': memory.queues.memory.held.size,
    'tenants with retries that people asked for': memory.urgent.held.size,
    lanes: memory.lanes.webhooks.size,
    'watches of lanes': memory.lanes.watches.size,
    'watches of changes': memory.changes.watches.size,
    'queues in line': memory.turns.isEmpty ? 0 : 1,
    queues: [...scheduler.queues.all()].filter((queue) => !queue.hasParked).length,
  };
  for (const [what, count] of Object.entries(left))
    if (count !== 0)
      throw new RuleBroken('nothing is left over', `${host.name} has ${count} ${what}, and nothing to do`);
}
