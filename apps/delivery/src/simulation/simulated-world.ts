import type { DeliveryTask } from '../scheduler/delivery-task.ts';
import { Replica } from './replica/replica.ts';
import { Rules } from './rules/rules.ts';
import { Random } from './time/random.ts';
import { Story } from './time/story.ts';
import type { World } from './world/world.ts';
import { VirtualClock } from './time/virtual-clock.ts';
import { Database } from './postgresql/database.ts';
import { Group } from './kafka/group.ts';
import { Kafka } from './kafka/kafka.ts';
import { planOf, SETTINGS } from './world/plan.ts';
import type { Plan } from './world/plan.ts';
import type { Post } from './world/posts.ts';
import { Receivers } from './world/receivers.ts';
import { Registry } from './world/registry.ts';
import type { RegistryRules } from './world/registry-side.ts';
import { Trouble } from './world/trouble.ts';
import { WorkQueue } from './postgresql/work-queue.ts';

/** One run: the seed decides all of it. */
export class SimulatedWorld implements World {
  readonly clock = new VirtualClock();
  readonly settings = SETTINGS;
  readonly random: Random;
  readonly story: Story;
  readonly plan: Plan;
  readonly trouble = new Trouble(this.clock);
  readonly rules: Rules;
  readonly database: Database;
  readonly workQueue: WorkQueue;
  readonly kafka: Kafka;
  readonly group: Group;
  readonly receivers: Receivers;
  readonly registry: Registry;
  /** By delivery. */
  readonly posts = new Map<string, Post[]>();
  /** The replicas that run, paused ones included. */
  readonly replicas = new Map<string, Replica>();
  private replicasMade = 0;

  constructor(seed: number, registryRules: RegistryRules, isStoryKept: boolean) {
    this.random = new Random(seed);
    this.story = new Story(this.clock, isStoryKept);
    this.plan = planOf(this.random);
    this.rules = new Rules(this);
    this.database = new Database({
      stored: (delivery, events, claim) => {
        this.rules.stored(delivery, events, claim);
        this.registry.hear(delivery, events);
      },
    });
    this.workQueue = new WorkQueue(this.database, this.rules);
    this.kafka = new Kafka(this.plan.partitions);
    this.group = new Group(this.clock, this.plan.partitions);
    this.receivers = new Receivers(this.plan.webhooks, this.random);
    this.registry = new Registry(this, registryRules, this.plan);
  }

  /** The present time, RFC 3339. */
  now(): string {
    return new Date(this.clock.now).toISOString();
  }

  startReplica(): void {
    this.replicasMade += 1;
    const replica = new Replica(this, `replica ${this.replicasMade}`);
    this.replicas.set(replica.host.name, replica);
    this.story.tell(() => `${replica.host.name} starts`);
    replica.start();
  }

  beginPost(task: DeliveryTask, attempt: number, replica: string, decidedAt: number): Post {
    const post: Post = {
      deliveryId: task.id,
      webhookId: task.webhookId,
      attempt,
      cause: task.cause,
      replica,
      epoch: task.claim.epoch,
      decidedAt,
      beganAt: this.clock.now,
      endedAt: null,
      statusCode: null,
      retryAfterMs: null,
      isOurFault: false,
      isExcused: false,
      isRecorded: false,
    };
    const posts = this.posts.get(task.id) ?? [];
    this.posts.set(task.id, posts);
    this.story.tell(() => `${replica} sends ${task.id}, attempt ${attempt} (${task.cause})`);
    this.rules.postBegan(post, task, posts);
    posts.push(post);
    return post;
  }

  endPost(post: Post, failure: string | null): void {
    post.endedAt = this.clock.now;
    this.story.tell(() => `${post.deliveryId}, attempt ${post.attempt}: ${post.statusCode ?? failure ?? 'no answer'}`);
  }

  /** The replica cannot report what it has on the wire: another may make these POSTs again. */
  excuse(replica: string): void {
    for (const posts of this.posts.values())
      for (const post of posts) if (post.replica === replica && !post.isRecorded) post.isExcused = true;
  }
}
