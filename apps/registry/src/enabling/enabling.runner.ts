import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import type { Logger } from '@signet/service-kit';
import { PollLoop } from '@signet/service-kit';
import type { Aggregates } from '../database/aggregates.ts';
import { toInstant } from '../instant.ts';
import { RuleBroken } from '../rule-broken.ts';
import type { WebhookCommand } from '../webhook/webhook.decider.ts';
import { webhookDecider } from '../webhook/webhook.decider.ts';
import type { Candidate, Enabling, EnablingFailure } from './enabling.ts';
import { EnablingQueries } from './enabling.queries.ts';
import { EnablingStore } from './enabling.store.ts';

/** Webhooks enabled in one transaction: the outcomes of as many are recorded together. */
const AT_ONCE = 200;
/** How soon another replica goes on with a job whose replica has died. An idle look is one read of an empty index. */
const POLL_MS = 2_000;

export interface EnablingRunnerParts {
  readonly em: EntityManager;
  readonly aggregates: Aggregates;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Carries jobs out, a step of up to AT_ONCE webhooks at a time. A step is one transaction: the events of its webhooks, and
 * how far the job has come. So after a crash any replica goes on behind the last step, and nothing is done twice.
 */
export class EnablingRunner {
  private readonly loop: PollLoop;

  constructor(private readonly parts: EnablingRunnerParts) {
    this.loop = new PollLoop(
      () => this.step(),
      POLL_MS,
      (error) => parts.logger.warn({ err: error }, 'a step of enabling many webhooks failed; it is tried again'),
    );
  }

  start(): void {
    this.loop.start();
  }

  /** Waits for the step that is under way. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  wake(): void {
    this.loop.wake();
  }

  /** One step of one job. Resolves to whether there was a job. */
  async step(): Promise<boolean> {
    const { em, clock, logger } = this.parts;
    const done = await em.fork().transactional(async (transaction) => {
      const store = new EnablingStore(transaction);
      const enabling = await store.takeRunning();
      if (!enabling) return undefined;
      const candidates = await new EnablingQueries(transaction).next(enabling, enabling.place, AT_ONCE);
      const { enabled, failures } = await this.enable(transaction, enabling, candidates);
      const isLast = candidates.length < AT_ONCE;
      await store.note(enabling, { enabled, failures, place: candidates.at(-1) ?? null, isLast }, clock());
      return { enabling, enabled, failures, isLast };
    });
    if (!done) return false;
    const { enabling, enabled, failures, isLast } = done;
    for (const failure of failures) logger.warn({ enablingId: enabling.id, ...failure }, 'a webhook was not enabled');
    logger.info(
      { enablingId: enabling.id, enabled, failed: failures.length, isLast },
      'webhooks were enabled together',
    );
    return true;
  }

  private async enable(em: EntityManager, enabling: Enabling, candidates: readonly Candidate[]) {
    const refused = enabling.replay === null ? [] : candidates.filter(({ isTenantSuspended }) => isTenantSuspended);
    const failures: EnablingFailure[] = refused.map(({ id }) => ({ webhookId: id, ...SUSPENDED }));
    const asked = candidates.filter((candidate) => !refused.includes(candidate));
    const command = this.commandOf(enabling);
    const results = await this.parts.aggregates.askEach(
      em,
      'webhook',
      webhookDecider,
      asked.map(({ id }) => [id, command] as const),
      { actor: enabling.createdBy },
    );
    let enabled = 0;
    for (const [webhookId, result] of results) {
      if ('error' in result) failures.push({ webhookId, ...failureOf(result.error) });
      else if (result.events.length > 0) enabled += 1;
    }
    return { enabled, failures };
  }

  private commandOf({
    id,
    disabledAfter,
    disabledBefore,
    disabledReason,
    reason,
    replay,
    keyId,
  }: Enabling): WebhookCommand {
    return {
      type: 'EnableIfDisabledAutomatically',
      disabledAfter: toInstant(disabledAfter),
      disabledBefore: toInstant(disabledBefore),
      disabledReason,
      together: { enablingId: id, reason },
      replayMissedFor: replay === null ? null : keyId,
      at: toInstant(this.parts.clock()),
    };
  }
}

const SUSPENDED = {
  code: 'tenant_suspended',
  detail: 'The tenant is suspended; what its webhook missed can be replayed when that has ended.',
};

function failureOf(error: unknown): Omit<EnablingFailure, 'webhookId'> {
  if (error instanceof RuleBroken) return { code: error.code, detail: error.message };
  // What PostgreSQL or our code says of a damaged stream is for the log of this service.
  return {
    code: 'not_enabled',
    detail: 'It could not be enabled; the log of the registry says why. Enable it by itself.',
  };
}
