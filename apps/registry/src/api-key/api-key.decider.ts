import type { Role } from '@signet/contracts';
import type { Instant } from '../instant.ts';
import { RuleBroken } from '../rule-broken.ts';

/** A key's own text is in no event: only its SHA-256 and the first characters, by which people tell keys apart. */
export interface KeyMaterial {
  readonly hash: string;
  readonly prefix: string;
}

export type ApiKeyEvent =
  | {
      readonly type: 'ApiKeyCreated';
      readonly data: KeyMaterial & {
        readonly tenantId: string | null;
        readonly name: string;
        readonly role: Role;
        readonly createdBy: string;
        readonly at: Instant;
      };
    }
  | { readonly type: 'ApiKeyReplaced'; readonly data: KeyMaterial & { readonly at: Instant } }
  | { readonly type: 'ApiKeyRevoked'; readonly data: { readonly at: Instant } };

export const API_KEY_EVENT_TYPES = [
  'ApiKeyCreated',
  'ApiKeyReplaced',
  'ApiKeyRevoked',
] as const satisfies readonly ApiKeyEvent['type'][];

export interface CreateApiKey extends KeyMaterial {
  readonly type: 'CreateApiKey';
  readonly tenantId: string | null;
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly at: Instant;
}

export type ApiKeyCommand =
  | CreateApiKey
  /**
   * Makes the key be there with just this material: the first operator key follows its setting. Once revoked it stays
   * revoked until the setting names another, or a restart would bring back what somebody had a reason to revoke.
   */
  | (Omit<CreateApiKey, 'type'> & { readonly type: 'EnsureApiKey' })
  | { readonly type: 'RevokeApiKey'; readonly at: Instant };

export type ApiKey = { readonly status: 'absent' } | { readonly status: 'live' | 'revoked'; readonly hash: string };

/** A key of a tenant acts for that tenant, an operator's for none. */
function checkOwner({ role, tenantId }: { role: Role; tenantId: string | null }): void {
  if ((role === 'operator') === (tenantId === null)) return;
  const message = 'An operator key belongs to no tenant; every other key belongs to one.';
  throw new RuleBroken('invalid', 'role_not_allowed', message, 'role');
}

function created(command: Omit<CreateApiKey, 'type'>): ApiKeyEvent[] {
  checkOwner(command);
  const { tenantId, name, role, hash, prefix, createdBy, at } = command;
  return [{ type: 'ApiKeyCreated', data: { tenantId, name, role, hash, prefix, createdBy, at } }];
}

function decide(command: ApiKeyCommand, key: ApiKey): ApiKeyEvent[] {
  switch (command.type) {
    case 'CreateApiKey':
      if (key.status === 'absent') return created(command);
      throw new RuleBroken('conflict', 'api_key_exists', 'An API key with this id exists already.', 'id');
    case 'EnsureApiKey': {
      const { hash, prefix, at } = command;
      if (key.status !== 'absent' && key.hash === hash) return [];
      return key.status === 'live' ? [{ type: 'ApiKeyReplaced', data: { hash, prefix, at } }] : created(command);
    }
    case 'RevokeApiKey':
      if (key.status === 'live') return [{ type: 'ApiKeyRevoked', data: { at: command.at } }];
      throw new RuleBroken('not_found', 'api_key_not_found', 'There is no such API key.');
  }
}

function evolve(key: ApiKey, event: ApiKeyEvent): ApiKey {
  switch (event.type) {
    case 'ApiKeyCreated':
    case 'ApiKeyReplaced':
      return { status: 'live', hash: event.data.hash };
    case 'ApiKeyRevoked':
      return key.status === 'live' ? { status: 'revoked', hash: key.hash } : key;
  }
}

/** The rules of an API key, pure. */
export const apiKeyDecider = { initialState: (): ApiKey => ({ status: 'absent' }), decide, evolve };
