import type { Circuits } from '../../circuit/circuits.ts';
import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import type { Group } from '../kafka/group.ts';
import type { Kafka } from '../kafka/kafka.ts';
import type { Database } from '../postgresql/database.ts';
import type { WorkQueue } from '../postgresql/work-queue.ts';
import type { Random } from '../time/random.ts';
import type { Story } from '../time/story.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import type { Host } from './host.ts';
import type { Plan, SETTINGS } from './plan.ts';
import type { Post } from './posts.ts';
import type { Receivers } from './receivers.ts';
import type { RegistrySide } from './registry-side.ts';
import type { Trouble } from './trouble.ts';
import type { Watcher } from './watcher.ts';

/** A replica, as the others in the world see it. */
export interface RunningReplica {
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly circuits: Circuits;
  /** A person asks for a probe. */
  probeNow(webhookId: string): void;
  /** Ends the replica in order. */
  stop(done: () => void): void;
}

/** Everything in one run. */
export interface World {
  readonly clock: VirtualClock;
  readonly settings: typeof SETTINGS;
  readonly random: Random;
  readonly story: Story;
  readonly plan: Plan;
  readonly trouble: Trouble;
  readonly rules: Watcher;
  readonly database: Database;
  readonly workQueue: WorkQueue;
  readonly kafka: Kafka;
  readonly group: Group;
  readonly receivers: Receivers;
  readonly registry: RegistrySide;
  /** By delivery. */
  readonly posts: ReadonlyMap<string, readonly Post[]>;
  /** The replicas that run, paused ones included; by name. */
  readonly replicas: Map<string, RunningReplica>;
  /** The present time, RFC 3339. */
  now(): string;
  startReplica(): void;
  beginPost(task: DeliveryTask, attempt: number, replica: string, decidedAt: number): Post;
  endPost(post: Post, failure: string | null): void;
  /** The replica cannot report what it has on the wire: another may make these POSTs again. */
  excuse(replica: string): void;
}
