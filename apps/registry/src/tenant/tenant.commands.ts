import type { Clock } from '@signet/contracts';
import type { Aggregates } from '../database/aggregates.ts';
import { toInstant } from '../instant.ts';
import type { TenantCommand } from './tenant.decider.ts';
import { tenantDecider } from './tenant.decider.ts';

/** Asks things of tenants. `accessChanged` is told when a tenant's keys work no longer, or again. */
export class TenantCommands {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly clock: Clock,
    private readonly accessChanged: () => void,
  ) {}

  async create(id: string, name: string, actor: string): Promise<void> {
    await this.ask(id, { type: 'CreateTenant', name, at: this.now() }, actor);
  }

  async suspend(id: string, detail: string | null, actor: string): Promise<void> {
    await this.ask(id, { type: 'SuspendTenant', detail, at: this.now() }, actor);
    this.accessChanged();
  }

  async resume(id: string, actor: string): Promise<void> {
    await this.ask(id, { type: 'ResumeTenant', at: this.now() }, actor);
    this.accessChanged();
  }

  private ask(id: string, command: TenantCommand, actor: string) {
    return this.aggregates.ask('tenant', id, tenantDecider, command, { actor });
  }

  private now(): string {
    return toInstant(this.clock());
  }
}
