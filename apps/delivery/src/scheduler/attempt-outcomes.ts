import type { EndedAttempt } from '../circuit/circuit.policy.ts';
import type { CompletedAttempt } from '../attempt/attempt.ts';
import { scheduledDelayMs } from '../delivery/retry-schedule.ts';
import type { DeliveryTask } from './delivery-task.ts';
import type { Leaving } from './leaving.ts';
import type { Memory } from './memory.ts';
import type { NextSends } from './next-sends.ts';
import type { SchedulerPorts, SchedulerSettings } from './ports.ts';
import type { Step } from './step.ts';

/**
 * A delivery whose probe has failed comes back this long after the time of the next probe, milliseconds: so another waiting
 * delivery is the next probe, and a single message that the receiver cannot take does not block all others.
 */
const BEHIND_PROBE_MS = 500;

/** What follows from the end of an attempt: for its circuit, for its delivery, and for the next in the queue. */
export class AttemptOutcomes {
  constructor(
    private readonly memory: Memory,
    private readonly leaving: Leaving,
    private readonly sends: NextSends,
    private readonly ports: SchedulerPorts,
    private readonly settings: SchedulerSettings,
    private readonly step: Step,
  ) {}

  /** The attempt succeeded or failed; the failure may be the platform's fault. */
  completed(task: DeliveryTask, attempt: CompletedAttempt): void {
    const { webhookId, claim } = task;
    const { result } = attempt;
    const isOurFault = result.failure?.fault === 'platform';
    const { circuits } = this.ports;
    const queue = this.memory.queues.of(webhookId);
    this.sends.ended(task, queue);
    if (!task.isUrgent && !isOurFault) queue.attemptEnded(result.facts.durationMs, result.failure !== null);
    const chance = this.ports.random();
    if (isOurFault) circuits.giveUp(webhookId, task.cause);
    else if (this.ports.claims.owns(task)) circuits.record(webhookId, endedAttempt(attempt), claim.partition);
    const unspentRetryAtMs = this.unspentRetryAtMs(task, attempt, isOurFault, chance);
    this.leaving.store(task, { kind: 'attempt', result, chance, unspentRetryAtMs });
    this.sends.pumpAfter(queue);
  }

  /** Nothing was sent. The task goes on waiting: here if its partition is still ours, otherwise at the partition's next owner. */
  withheld(task: DeliveryTask): void {
    const queue = this.memory.queues.of(task.webhookId);
    this.sends.ended(task, queue);
    this.ports.circuits.giveUp(task.webhookId, task.cause);
    if (this.ports.claims.owns(task)) {
      task.place = { at: 'waiting' };
      queue.push(task);
    } else {
      this.leaving.drop(task);
      this.step.emit({ type: 'HandBack', tasks: [task] });
    }
    this.sends.pumpAfter(queue);
  }

  /** A fault of our own, such as a secret that cannot be opened: nothing was sent, and no attempt is spent. */
  broke(task: DeliveryTask): void {
    const queue = this.memory.queues.of(task.webhookId);
    this.sends.ended(task, queue);
    this.ports.circuits.giveUp(task.webhookId, task.cause);
    const at = new Date(this.step.now + scheduledDelayMs(this.settings.policy, 1));
    this.leaving.store(task, { kind: 'later', at });
    this.sends.pumpAfter(queue);
  }

  /** When the delivery is due again if this attempt is not counted, milliseconds since the epoch. */
  private unspentRetryAtMs(
    { webhookId }: DeliveryTask,
    attempt: CompletedAttempt,
    isOurFault: boolean,
    chance: number,
  ): number {
    const { policy, retryOfOursMs } = this.settings;
    if (isOurFault) return this.step.now + retryOfOursMs * (1 + chance);
    const probeAt = this.ports.circuits.probeAt(webhookId);
    return (probeAt ?? attempt.result.endedAtMs + scheduledDelayMs(policy, 1)) + BEHIND_PROBE_MS;
  }
}

const endedAttempt = ({ prepared, result: { facts, failure, endedAtMs } }: CompletedAttempt): EndedAttempt => ({
  outcome: failure ? 'failed' : 'succeeded',
  cause: facts.cause,
  startedAt: prepared.startedAt.getTime(),
  endedAt: endedAtMs,
});
