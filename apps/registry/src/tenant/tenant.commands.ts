import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import { CLOCK } from '@signet/service-kit';
import type { Asking } from '../database/aggregates.ts';
import { Aggregates } from '../database/aggregates.ts';
import { toInstant } from '../http/instant.ts';
import type { TenantCommand, TenantSettings } from './tenant.decider.ts';
import { tenantDecider } from './tenant.decider.ts';

/** Commands on tenants. */
@Injectable()
export class TenantCommands {
  constructor(
    @Inject(Aggregates) private readonly aggregates: Aggregates,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(id: string, name: string, actor: string): Promise<void> {
    await this.ask(id, { type: 'CreateTenant', name, at: this.now() }, { actor });
  }

  async update(id: string, changes: Partial<TenantSettings>, asking: Asking): Promise<void> {
    await this.ask(id, { type: 'UpdateTenant', changes, at: this.now() }, asking);
  }

  async suspend(id: string, detail: string | null, actor: string): Promise<void> {
    await this.ask(id, { type: 'SuspendTenant', detail, at: this.now() }, { actor });
  }

  async resume(id: string, actor: string): Promise<void> {
    await this.ask(id, { type: 'ResumeTenant', at: this.now() }, { actor });
  }

  private ask(id: string, command: TenantCommand, asking: Asking) {
    return this.aggregates.ask('tenant', id, tenantDecider, command, asking);
  }

  private now(): string {
    return toInstant(this.clock());
  }
}
