import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock, Role } from '@signet/contracts';
import { fixedId, newId } from '@signet/contracts';
import { CLOCK, hashApiKey } from '@signet/service-kit';
import { Aggregates } from '../database/aggregates.ts';
import { toInstant } from '../http/instant.ts';
import type { ApiKeyCommand, KeyLimits } from './api-key.decider.ts';
import { apiKeyDecider } from './api-key.decider.ts';
import { ApiKeyQueries } from './api-key.queries.ts';
import { newApiKey, shownPrefix } from './api-key.secret.ts';

/** Id of the key that SIGNET_OPERATOR_KEY sets: always the same aggregate, whatever the value of the setting. */
export const FIRST_OPERATOR_KEY_ID = fixedId('operator-key');

/** The tenant and the role of a key, its name, and its limits. */
export interface KeyOwner extends Partial<KeyLimits> {
  readonly tenantId: string | null;
  readonly name: string;
  readonly role: Role;
}

/** The limits of a key for which the caller names none. */
const UNLIMITED: KeyLimits = { eventTypes: null, tenants: null };

/** Commands on API keys. A key in clear is in the answer to its creation, and nowhere else. */
@Injectable()
export class ApiKeyCommands {
  constructor(
    @Inject(Aggregates) private readonly aggregates: Aggregates,
    @Inject(ApiKeyQueries) private readonly queries: ApiKeyQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(owner: KeyOwner, actor: string) {
    const id = newId();
    const key = newApiKey(owner.role, randomBytes);
    const material = { hash: hashApiKey(key), prefix: shownPrefix(key) };
    const by = { createdBy: actor, at: this.now() };
    await this.ask(id, { type: 'CreateApiKey', ...UNLIMITED, ...owner, ...material, ...by }, actor);
    return { id, key };
  }

  async revoke(id: string, actor: string): Promise<void> {
    await this.ask(id, { type: 'RevokeApiKey', at: this.now() }, actor);
  }

  /** Makes the first operator key equal to the setting. The other services learn of it as of any other key. */
  async ensureOperatorKey(key: string): Promise<void> {
    const actor = 'SIGNET_OPERATOR_KEY';
    const hash = hashApiKey(key);
    const known = await this.queries.findByHash(hash);
    // The setting may name a key that was created over HTTP: it is live already.
    if (known !== undefined && known.id !== FIRST_OPERATOR_KEY_ID) return;
    await this.ask(
      FIRST_OPERATOR_KEY_ID,
      {
        type: 'EnsureApiKey',
        tenantId: null,
        name: 'First operator key',
        role: 'operator',
        ...UNLIMITED,
        hash,
        prefix: shownPrefix(key),
        createdBy: actor,
        at: this.now(),
      },
      actor,
    );
  }

  private ask(id: string, command: ApiKeyCommand, actor: string) {
    return this.aggregates.ask('api-key', id, apiKeyDecider, command, { actor });
  }

  private now(): string {
    return toInstant(this.clock());
  }
}
