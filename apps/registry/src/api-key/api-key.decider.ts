import type { Role } from '@signet/contracts';
import type { Instant } from '../http/instant.ts';
import { RuleBroken } from '../http/rule-broken.ts';

/** An event never holds the key itself: only its SHA-256 and its first characters, by which people recognise a key. */
export interface KeyMaterial {
  readonly hash: string;
  readonly prefix: string;
}

/** The limits of a producer's key; null: no limit. */
export interface KeyLimits {
  /** Names of the event types that the key may send. */
  readonly eventTypes: readonly string[] | null;
  /** Ids of the tenants that the key may send for. Only for a key that belongs to no tenant. */
  readonly tenants: readonly string[] | null;
}

export type ApiKeyEvent =
  | {
      readonly type: 'ApiKeyCreated';
      /** The limits are missing in events from before limits existed. */
      readonly data: KeyMaterial &
        Partial<KeyLimits> & {
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

export interface CreateApiKey extends KeyMaterial, KeyLimits {
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
   * Makes the key exist with exactly this material: the first operator key follows its setting. A key that was
   * revoked stays revoked until the setting names another key. Otherwise a restart would bring back a key that a
   * person had a reason to revoke.
   */
  | (Omit<CreateApiKey, 'type'> & { readonly type: 'EnsureApiKey' })
  | { readonly type: 'RevokeApiKey'; readonly at: Instant };

export type ApiKey = { readonly status: 'absent' } | { readonly status: 'live' | 'revoked'; readonly hash: string };

/** A key of a tenant acts for that tenant, an operator's for none; a producer may send for one tenant or for several. */
function checkOwner({ role, tenantId }: { role: Role; tenantId: string | null }): void {
  if (role === 'producer' || (role === 'operator') === (tenantId === null)) return;
  const message = 'An operator key belongs to no tenant, a tenant key to one.';
  throw new RuleBroken('invalid', 'role_not_allowed', message, 'role');
}

/** A limit that would have no effect is refused: otherwise the caller would believe that it works. */
function checkLimits({ role, tenantId, eventTypes, tenants }: Omit<CreateApiKey, 'type'>): void {
  const broken = (field: keyof KeyLimits, message: string) =>
    new RuleBroken('invalid', 'limit_not_allowed', message, field);
  if (eventTypes !== null && role !== 'producer')
    throw broken('eventTypes', "Only a producer's key can be limited to event types.");
  if (tenants !== null && (role !== 'producer' || tenantId !== null))
    throw broken('tenants', 'Only the key of a producer that belongs to no tenant is limited to some.');
}

function created(command: Omit<CreateApiKey, 'type'>): ApiKeyEvent[] {
  checkOwner(command);
  checkLimits(command);
  const { tenantId, name, role, eventTypes, tenants, hash, prefix, createdBy, at } = command;
  const data = { tenantId, name, role, eventTypes, tenants, hash, prefix, createdBy, at };
  return [{ type: 'ApiKeyCreated', data }];
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
