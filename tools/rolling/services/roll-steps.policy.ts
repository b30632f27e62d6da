/** What a Deployment says of its roll-out. */
export interface RollStrategy {
  readonly replicas: number;
  /** How many more than `replicas` may run while new ones start. */
  readonly maxSurge: number;
  /** How many of `replicas` may be missing meanwhile. */
  readonly maxUnavailable: number;
  /** How long a new replica must be ready before it counts as available. */
  readonly minReadySeconds: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
}

/** `start` a new process and wait until it is ready, or `end` the oldest and wait until it has gone. */
export type RollStep = 'start' | 'end';

/**
 * The steps that replace every replica, one after the other. Kubernetes does not wait until an old one has gone before it starts the
 * next; this does, so that each figure belongs to one step.
 *
 * | maxSurge | maxUnavailable | steps of two replicas |
 * |---|---|---|
 * | 1 | 0 | start, end, start, end |
 * | 0 | 1 | end, start, end, start |
 *
 * @throws Error where neither may move: nothing could ever be replaced
 */
export function rollSteps({ replicas, maxSurge, maxUnavailable }: RollStrategy): RollStep[] {
  if (maxSurge + maxUnavailable === 0)
    throw new Error('With maxSurge 0 and maxUnavailable 0 no replica can be replaced.');
  const steps: RollStep[] = [];
  let [old, fresh] = [replicas, 0];
  while (old > 0 || fresh < replicas) {
    const mayStart = fresh < replicas && old + fresh < replicas + maxSurge;
    if (mayStart) fresh++;
    else old--;
    steps.push(mayStart ? 'start' : 'end');
  }
  return steps;
}

/** As where there is no room for one more, such as the two hosts of a Compose installation. */
export const inPlace = (strategy: RollStrategy): RollStrategy => ({ ...strategy, maxSurge: 0, maxUnavailable: 1 });
