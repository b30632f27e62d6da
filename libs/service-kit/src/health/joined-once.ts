import type { HealthAnswer, HealthCheck } from './health.registry.ts';
import { tolerated } from './health.registry.ts';

/** Kafka is joined within seconds. A new replica that has not come so far by then does not keep its API back any longer; milliseconds. */
const LONGEST_JOIN_MS = 30_000;

export interface JoinedOnce {
  /** Whether it is joined, or connected, now. */
  readonly isJoined: () => boolean;
  /** Says that a new replica is not there yet. */
  readonly missing: string;
  /** Says what waits while Kafka is away. */
  readonly waiting: string;
  /** False where Kafka was away at the start: it may come while callers are served. */
  readonly wasKafkaThere?: boolean;
  readonly now?: () => number;
}

/**
 * Readiness of what an API does not need, and a rollout does: a consumer group, a producer.
 *
 * | the consumer | Kafka at the start | ready |
 * |---|---|---|
 * | has joined its group | | yes |
 * | has not joined it yet, for 30 s at most | was there | no: a rollout goes on when the new replica takes its share of the work |
 * | has not joined it yet | was away | yes |
 * | has been in it, and is out of it | | yes: Kafka is away from all replicas alike, and all of the API would go with it |
 */
export function joinedOnce(options: JoinedOnce): HealthCheck {
  const { isJoined, missing, waiting, wasKafkaThere = true, now = () => performance.now() } = options;
  const startedAt = now();
  let isNew = wasKafkaThere;
  return (): HealthAnswer => {
    if (isJoined()) {
      isNew = false;
      return true;
    }
    isNew &&= now() - startedAt < LONGEST_JOIN_MS;
    return isNew ? missing : tolerated(waiting);
  };
}
