import type { ApiKeySnapshot, Role } from '@signet/contracts';
import type { SessionRow } from '../session/session.entity.ts';
import type { ApiKeyEvent } from './api-key.decider.ts';

/** A row of `api_keys`, as `ApiKeyEntity` maps it. A revoked key has none. */
export interface ApiKeyRow {
  readonly id: string;
  readonly tenantId: string | null;
  readonly name: string;
  readonly role: Role;
  /** Event types that a producer may send; null: all. */
  readonly eventTypes: string[] | null;
  /** Tenants that a producer without one of its own may send for; null: all. */
  readonly tenants: string[] | null;
  /** SHA-256 of the key, lower-case hex. */
  readonly hash: string;
  /** The key's first characters, by which people recognise a key. */
  readonly prefix: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly version: number;
}

/** The row after one more event: pure, so that a rebuild gives the same. */
export function applyToApiKeyRow(
  id: string,
  row: ApiKeyRow | null,
  event: ApiKeyEvent & { version: number },
): ApiKeyRow | null {
  const { version } = event;
  switch (event.type) {
    case 'ApiKeyCreated': {
      const { tenantId, name, role, hash, prefix, createdBy, at } = event.data;
      const eventTypes = listOf(event.data.eventTypes);
      const tenants = listOf(event.data.tenants);
      const createdAt = new Date(at);
      return { id, tenantId, name, role, eventTypes, tenants, hash, prefix, createdBy, createdAt, version };
    }
    case 'ApiKeyReplaced':
      return row && { ...row, hash: event.data.hash, prefix: event.data.prefix, version };
    case 'ApiKeyRevoked':
      return null;
  }
}

/** The limit is missing in events from before limits existed. */
const listOf = (limit: readonly string[] | null | undefined): string[] | null => (limit ? [...limit] : null);

/**
 * A key as the other services know it.
 *
 * @param sessions those of the key; a session that was begun with an earlier value of the key is over, and left out
 */
export function apiKeySnapshotOf(row: ApiKeyRow, sessions: readonly SessionRow[] = []): ApiKeySnapshot {
  const { id, tenantId, name, role, hash, eventTypes, tenants, version } = row;
  const live = sessions
    .filter(({ keyHash }) => keyHash === hash)
    .map((session) => ({ hash: session.hash, expiresAt: session.expiresAt.toISOString() }));
  const snapshot = { id, tenantId, name, role, hash, eventTypes, tenants, version };
  return live.length === 0 ? snapshot : { ...snapshot, sessions: live };
}
