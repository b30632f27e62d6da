import type { HealthAnswer, HealthCheck } from './health.registry.ts';
import { tolerated } from './health.registry.ts';

/** A join takes seconds. A new replica that has not joined by then becomes ready without it, so that its API can serve. Milliseconds. */
const LONGEST_JOIN_MS = 30_000;

export interface JoinedOnce {
  /** Whether it is joined, or connected, now. */
  readonly isJoined: () => boolean;
  /** A sentence for readiness while a new replica has not joined yet. */
  readonly missing: string;
  /** A sentence that names the work that waits while Kafka is away. */
  readonly waiting: string;
  /** False if Kafka was away at the start: then the API serves callers while the service waits for Kafka. */
  readonly wasKafkaThere?: boolean;
  readonly now?: () => number;
}

/**
 * Readiness of a part that the API does not need, but a rollout should wait for: a consumer group, a producer.
 *
 * | the consumer | Kafka at the start | ready |
 * |---|---|---|
 * | has joined its group | | yes |
 * | has not joined it yet, for 30 s at most | was there | no: a rollout goes on when the new replica takes its share of the work |
 * | has not joined it yet | was away | yes |
 * | was in it, and is out of it | | yes: probably Kafka is away for all replicas, and the whole API would be away with it |
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
