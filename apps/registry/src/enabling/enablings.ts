import { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { isUuid, newId } from '@signet/contracts';
import type { Caller } from '@signet/service-kit';
import { CLOCK, IdempotencyKeys } from '@signet/service-kit';
import { actorOf } from '../http/caller.ts';
import type { Place } from '../http/page.ts';
import { invalid } from '../http/problems.ts';
import { RuleBroken } from '../http/rule-broken.ts';
import { TenantQueries } from '../tenant/tenant.queries.ts';
import type { Candidate, Enabling, EnablingOrder } from './enabling.ts';
import { EnablingQueries } from './enabling.queries.ts';
import { EnablingRunner } from './enabling.runner.ts';
import { EnablingStore } from './enabling.store.ts';

/** Webhooks that a preview shows: the ones that were disabled first. */
export const SAMPLE_SIZE = 20;

export interface EnablingPreview extends EnablingOrder {
  readonly count: number;
  readonly tenants: number;
  readonly sample: readonly Candidate[];
}

/** The requests of operators to enable many webhooks together. */
@Injectable()
export class Enablings {
  constructor(
    @Inject(EntityManager) private readonly em: EntityManager,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TenantQueries) private readonly tenants: TenantQueries,
    @Inject(IdempotencyKeys) private readonly keys: IdempotencyKeys,
    @Inject(EnablingRunner) private readonly runner: EnablingRunner,
  ) {}

  async preview(order: EnablingOrder): Promise<EnablingPreview> {
    await this.judge(order);
    const queries = new EnablingQueries(this.em);
    const { webhooks: count, tenants } = await queries.count(order);
    return { ...order, count, tenants, sample: await queries.next(order, null, SAMPLE_SIZE) };
  }

  async create(order: EnablingOrder, caller: Caller): Promise<Enabling> {
    await this.judge(order);
    const { em, clock } = this;
    const now = clock();
    const enabling = await em.fork().transactional(async (transaction): Promise<Enabling> => {
      // Stores the Idempotency-Key of the request with the job.
      await this.keys.noteIn(transaction);
      const { webhooks: total } = await new EnablingQueries(transaction).count(order);
      const added: Enabling = {
        ...order,
        id: newId(),
        state: 'running',
        total,
        enabled: 0,
        failed: 0,
        failures: [],
        place: null,
        createdBy: actorOf(caller),
        keyId: caller.keyId,
        createdAt: now,
        updatedAt: now,
        completedAt: null,
      };
      await new EnablingStore(transaction).add(added);
      return added;
    });
    this.runner.wake();
    return enabling;
  }

  async find(id: string): Promise<Enabling> {
    const found = isUuid(id) ? await new EnablingStore(this.em).find(id) : undefined;
    if (!found) throw new RuleBroken('not_found', 'enabling_not_found', ENABLING_NOT_FOUND.enabling_not_found);
    return found;
  }

  list(tenantId: string | undefined, after: Place | undefined, limit: number): Promise<Enabling[]> {
    return new EnablingStore(this.em).list(tenantId, after, limit);
  }

  async cancel(id: string): Promise<void> {
    await this.find(id);
    await new EnablingStore(this.em.fork()).cancel(id, this.clock());
    // The job may have ended by itself since. Cancelling a cancelled job again is not an error.
    const { state } = await this.find(id);
    if (state !== 'cancelled') throw new RuleBroken('conflict', 'enabling_ended', ENABLING_ENDED.enabling_ended);
  }

  private async judge({ disabledBefore, tenantId }: EnablingOrder): Promise<void> {
    const errors = [];
    if (disabledBefore > this.clock()) {
      const detail =
        'It must not lie in the future: a webhook that is disabled again would be enabled again and again.';
      errors.push({ field: 'disabledBefore', rule: 'in_the_future', detail });
    }
    if (tenantId !== null && !(await this.tenants.find(tenantId)))
      errors.push({ field: 'tenantId', rule: 'unknown_tenant', detail: 'There is no such tenant.' });
    if (errors.length > 0) throw invalid(errors);
  }
}

export const ENABLING_ENDED = { enabling_ended: 'The enabling has already ended, so it cannot be cancelled.' };
export const ENABLING_NOT_FOUND = { enabling_not_found: 'There is no such enabling.' };
