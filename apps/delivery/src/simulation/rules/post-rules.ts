import type { DeliveryTask } from '../../scheduler/delivery-task.ts';
import type { Post } from '../world/posts.ts';
import type { World } from '../world/world.ts';
import type { Accepted } from '../world/accepted.ts';
import { RuleBroken } from './rule-broken.ts';

/** When a POST may begin: who may make it, whether the delivery is on the wire already, its time, and the order of its subject. */
export class PostRules {
  private readonly lanes = new Map<string, Accepted[]>();

  constructor(private readonly world: World) {}

  accepted(accepted: Accepted): void {
    if (!accepted.isOrdered) return;
    const lane = this.lanes.get(laneOf(accepted));
    if (lane) lane.push(accepted);
    else this.lanes.set(laneOf(accepted), [accepted]);
  }

  began(post: Post, task: DeliveryTask, earlier: readonly Post[]): void {
    this.checkOwner(post, task);
    // Kafka may bring the request of a delivery once more that a person has deleted.
    if (this.world.rules.deletedByPeople.has(post.deliveryId)) return;
    this.checkAlone(post, earlier);
    this.checkTime(post);
    this.checkOrder(post);
  }

  /** Kafka gives a partition to another only when it was given up, or when its member was silent for a whole session. */
  private checkOwner({ replica, deliveryId }: Post, { claim: { partition } }: DeliveryTask): void {
    const assignee = this.world.group.assignees.get(partition);
    if (!assignee?.startsWith(`${replica}/`))
      throw new RuleBroken(
        'one owner',
        `${replica} sends ${deliveryId}, and partition ${partition} belongs to ${assignee}`,
      );
  }

  private checkAlone({ deliveryId, replica }: Post, earlier: readonly Post[]): void {
    const { trouble, group } = this.world;
    for (const post of earlier) {
      const isOnTheWire = post.endedAt === null;
      const isExcused = post.isExcused || (group.expelledAt.get(post.replica) ?? 0) >= post.beganAt;
      const couldBeHeld = trouble.databaseAwayUntil < post.beganAt && trouble.databaseLateUntil < post.beganAt;
      if (isOnTheWire && (post.replica === replica || (!isExcused && couldBeHeld)))
        throw new RuleBroken(
          'one POST at a time',
          `${replica} sends ${deliveryId}, which ${post.replica} has on the wire`,
        );
    }
  }

  private checkTime({ deliveryId, decidedAt }: Post): void {
    const row = this.world.database.deliveries.get(deliveryId)?.row;
    if (!row || row.isRetryAsked) return;
    if (row.status === 'SUCCESS' || row.status === 'FAILED')
      throw new RuleBroken('one POST at a time', `${deliveryId} has ended, and is sent once more`);
    if (this.world.workQueue.broughtForward.has(deliveryId)) return;
    if (row.nextRetryAt !== null && Date.parse(row.nextRetryAt) > decidedAt)
      throw new RuleBroken('retry times', `${deliveryId} is sent ${Date.parse(row.nextRetryAt) - decidedAt} ms early`);
  }

  private checkOrder({ deliveryId }: Post): void {
    const { rules, database } = this.world;
    const accepted = rules.acceptedById.get(deliveryId);
    if (!accepted?.isOrdered || rules.retried.has(deliveryId)) return;
    for (const { request, offset } of this.lanes.get(laneOf(accepted)) ?? []) {
      if (offset >= accepted.offset) return;
      if (rules.retried.has(request.deliveryId) || rules.deletedByPeople.has(request.deliveryId)) continue;
      const status = database.deliveries.get(request.deliveryId)?.row.status;
      if (status !== 'SUCCESS' && status !== 'FAILED')
        throw new RuleBroken('order of a subject', `${deliveryId} is sent before ${request.deliveryId} has ended`);
    }
  }
}

const laneOf = ({ request: { webhookId, subject } }: Accepted): string => `${webhookId}/${subject}`;
