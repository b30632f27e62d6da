import { replicaOf } from '../kafka/group.ts';
import { BEGINNING } from '../time/virtual-clock.ts';
import { TROUBLE_MS } from '../world/plan.ts';
import type { RunningReplica, World } from '../world/world.ts';

/** Lets the faults happen that are planned. */
export class Troublemaker {
  constructor(private readonly world: World) {}

  start(): void {
    const { crashes, pauses, handOvers, database, claims, platform } = this.world.plan.faults;
    if (crashes) this.some(1, 3, () => this.crash());
    if (pauses) this.some(1, 2, () => this.pause());
    if (handOvers) this.some(1, 3, () => this.handOver());
    if (database) this.some(1, 4, () => this.databaseFails());
    if (claims) this.some(1, 2, () => this.claimIsLost());
    if (platform) this.some(1, 1, () => this.platformFails());
  }

  private some(least: number, most: number, trouble: () => void): void {
    const { random, clock } = this.world;
    const count = random.whole(least, most);
    for (let n = 0; n < count; n++) clock.at(BEGINNING + random.whole(1_500, TROUBLE_MS), trouble);
  }

  private crash(): void {
    const replica = this.someReplica();
    if (!replica) return;
    const { random, clock, story } = this.world;
    story.tell(() => `${replica.host.name} crashes`);
    replica.host.isAlive = false;
    this.world.excuse(replica.host.name);
    this.world.replicas.delete(replica.host.name);
    clock.after(random.whole(500, 12_000), () => this.world.startReplica());
  }

  private pause(): void {
    const replica = this.someReplica();
    if (!replica) return;
    const { random, clock, story } = this.world;
    const ms = random.pick([2_000, 8_000, 60_000]);
    story.tell(() => `${replica.host.name} stands still for ${ms / 1_000} s`);
    this.world.excuse(replica.host.name);
    replica.host.pausedUntil = clock.now + ms;
  }

  /** A roll-out: a new replica comes, or one ends in order and another comes in its place. */
  private handOver(): void {
    const { random, replicas } = this.world;
    if (replicas.size < 4 && random.chance(0.5)) return this.world.startReplica();
    const replica = this.someReplica();
    if (!replica) return;
    this.world.story.tell(() => `${replica.host.name} is asked to end`);
    const { name } = replica.host;
    replicas.delete(name);
    replica.stop(() => {
      this.world.story.tell(() => `${name} ends`);
      // Statements that are under way come to their end.
      replica.host.after(1_000, () => (replica.host.isAlive = false));
    });
    this.world.startReplica();
  }

  private databaseFails(): void {
    const { random, clock, trouble, story } = this.world;
    const ms = random.whole(200, 6_000);
    const isAway = random.chance(0.5);
    story.tell(() => `PostgreSQL ${isAway ? 'is away' : 'is late and loses answers'} for ${ms / 1_000} s`);
    if (isAway) trouble.databaseAwayUntil = clock.now + ms;
    else trouble.databaseLateUntil = clock.now + ms;
  }

  /** A replica that has no right to it takes a partition, and does nothing more: its statement was under way when it ended. */
  private claimIsLost(): void {
    const { random, database, plan, story } = this.world;
    const partition = random.whole(0, plan.partitions - 1);
    story.tell(() => `a replica that has ended takes partition ${partition}: its statement was late`);
    database.take(partition, 0, 'a replica that has ended');
    const assignee = this.world.group.assignees.get(partition);
    if (assignee) this.world.excuse(replicaOf(assignee));
  }

  private platformFails(): void {
    const { random, clock, trouble, story } = this.world;
    const ms = random.whole(500, 8_000);
    story.tell(() => `no receiver can be reached for ${ms / 1_000} s, by our own fault`);
    trouble.unreachableUntil = clock.now + ms;
  }

  /** One that runs and is not paused. */
  private someReplica(): RunningReplica | undefined {
    const { replicas, random, clock } = this.world;
    const running = [...replicas.values()].filter(({ host }) => host.pausedUntil <= clock.now);
    return running.length > 0 ? random.pick(running) : undefined;
  }
}
