import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import type { Logger } from '@signet/service-kit';
import { CLOCK, LOGGER, PollLoop } from '@signet/service-kit';
import { Aggregates } from '../database/aggregates.ts';
import { toInstant } from '../http/instant.ts';
import { RuleBroken } from '../http/rule-broken.ts';
import type { WebhookCommand } from '../webhook/domain/webhook.decider.ts';
import { webhookDecider } from '../webhook/domain/webhook.decider.ts';
import type { WebhookEvent } from '../webhook/domain/webhook.events.ts';
import type { Candidate, Enabling, EnablingFailure } from './enabling.ts';
import { EnablingQueries } from './enabling.queries.ts';
import { EnablingStore } from './enabling.store.ts';

/** Webhooks that are enabled in one transaction. Outcomes are recorded in transactions of the same size. */
const AT_ONCE = 200;
/** How soon another replica continues a job whose replica has died. A look without a job reads one empty index. */
const POLL_MS = 2_000;

interface Refusal {
  readonly failure: EnablingFailure;
  /** The error for the log, where no broken rule explains the refusal. */
  readonly err?: unknown;
}

/** The result of one step. */
interface Done {
  readonly enabling: Enabling;
  readonly enabled: number;
  readonly events: readonly WebhookEvent[];
  readonly refusals: readonly Refusal[];
  readonly isLast: boolean;
}

/**
 * Carries jobs out, a step of up to AT_ONCE webhooks at a time. A step is one transaction: it stores the events of
 * its webhooks and how far the job has come. So after a crash any replica continues after the last step, and no
 * webhook is enabled twice.
 */
@Injectable()
export class EnablingRunner {
  private readonly loop: PollLoop;

  constructor(
    @Inject(EntityManager) private readonly em: EntityManager,
    @Inject(Aggregates) private readonly aggregates: Aggregates,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.loop = new PollLoop(
      () => this.step(),
      POLL_MS,
      (error) => logger.warn({ err: error }, 'a step of enabling many webhooks failed; it is tried again'),
    );
  }

  start(): void {
    this.loop.start();
  }

  /** Waits until the step that is under way has ended. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  wake(): void {
    this.loop.wake();
  }

  /**
   * Carries out one step of one job. Resolves to whether there was a job.
   *
   * @throws an error that says nothing about a webhook (a lock, a conflict, a lost connection). The step is repeated,
   *   after the steps of other jobs.
   */
  async step(): Promise<boolean> {
    const { em, aggregates, clock } = this;
    let taken: Enabling | undefined;
    try {
      const done = await em.fork().transactional(async (transaction) => {
        taken = await new EnablingStore(transaction).takeRunning();
        return taken && this.carryOn(transaction, taken);
      });
      if (!done) return false;
      aggregates.appended('webhook', done.events);
      this.tell(done);
      return true;
    } catch (error) {
      // If this fails too, PostgreSQL is away, and no job can continue.
      if (taken) await new EnablingStore(em.fork()).noteFailed(taken.id, clock()).catch(() => undefined);
      throw error;
    }
  }

  private async carryOn(em: EntityManager, enabling: Enabling): Promise<Done> {
    const candidates = await new EnablingQueries(em).next(enabling, enabling.place, AT_ONCE);
    const { enabled, events, refusals } = await this.enable(em, enabling, candidates);
    const failures = refusals.map(({ failure }) => failure);
    const isLast = candidates.length < AT_ONCE;
    const step = { enabled, failures, place: candidates.at(-1) ?? null, isLast };
    await new EnablingStore(em).note(enabling, step, this.clock());
    return { enabling, enabled, events, refusals, isLast };
  }

  private tell({ enabling: { id: enablingId }, enabled, refusals, isLast }: Done): void {
    const { logger } = this;
    for (const { failure, err } of refusals)
      logger.warn({ enablingId, ...failure, ...(err !== undefined && { err }) }, 'a webhook was not enabled');
    logger.info({ enablingId, enabled, failed: refusals.length, isLast }, 'webhooks were enabled together');
  }

  private async enable(em: EntityManager, enabling: Enabling, candidates: readonly Candidate[]) {
    const refused = enabling.replay === null ? [] : candidates.filter(({ isTenantSuspended }) => isTenantSuspended);
    const refusals: Refusal[] = refused.map(({ id }) => ({ failure: { webhookId: id, ...SUSPENDED } }));
    const asked = candidates.filter((candidate) => !refused.includes(candidate));
    const command = this.commandOf(enabling);
    const results = await this.aggregates.askEach(
      em,
      'webhook',
      webhookDecider,
      asked.map(({ id }) => [id, command] as const),
      { actor: enabling.createdBy },
    );
    let enabled = 0;
    const events: WebhookEvent[] = [];
    for (const [webhookId, result] of results) {
      if ('error' in result) refusals.push(refusalOf(webhookId, result.error));
      else if (result.events.length > 0) {
        enabled += 1;
        events.push(...result.events);
      }
    }
    return { enabled, events, refusals };
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
      at: toInstant(this.clock()),
    };
  }
}

const SUSPENDED = {
  code: 'tenant_suspended',
  detail: 'The tenant is suspended; what its webhook missed can be replayed when that has ended.',
};

function refusalOf(webhookId: string, error: unknown): Refusal {
  if (error instanceof RuleBroken) return { failure: { webhookId, code: error.code, detail: error.message } };
  // The error of PostgreSQL or of our code about a damaged stream goes to the log of this service, not to the caller.
  const detail = 'It could not be enabled; the log of the registry says why. Enable it by itself.';
  return { failure: { webhookId, code: 'not_enabled', detail }, err: error };
}
