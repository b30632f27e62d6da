import { randomBytes } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@signet/contracts';
import type { Caller } from '@signet/service-kit';
import { CLOCK, hashApiKey, SETTINGS } from '@signet/service-kit';
import { newSessionToken } from '../api-key/api-key.secret.ts';
import { KeyCache } from '../auth/key-cache.ts';
import type { RegistrySettings } from '../config.ts';
import { Aggregates } from '../database/aggregates.ts';
import { actorOf } from '../http/caller.ts';
import { SessionStore } from './session.store.ts';

/**
 * Sessions of one key at a time; the next sign-in ends the oldest one. A key's record on Kafka has all of them: 50 make it 6 KB, and a
 * team that shares one key has fewer browsers.
 */
export const SESSIONS_PER_KEY = 50;

/** A session that has begun. The token is in the cookie of its browser, and nowhere else. */
export interface BegunSession {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Begins and ends sessions. The other services learn of both with the record of the session's key. */
@Injectable()
export class Sessions {
  constructor(
    @Inject(Aggregates) private readonly aggregates: Aggregates,
    @Inject(KeyCache) private readonly keys: KeyCache,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: RegistrySettings,
  ) {}

  get lifetimeMs(): number {
    return this.settings.SIGNET_SESSION_LIFETIME;
  }

  /** @param keyHash hash of the key with which the caller has signed in */
  async begin(caller: Caller, keyHash: string): Promise<BegunSession> {
    const token = newSessionToken(randomBytes);
    const hash = hashApiKey(token);
    const startedAt = this.clock();
    const expiresAt = new Date(startedAt.getTime() + this.lifetimeMs);
    const { keyId } = caller;
    await this.aggregates.changeBeside('api-key', keyId, {
      actor: actorOf(caller),
      change: async (em) => {
        const store = new SessionStore(em);
        await store.removeExpired(startedAt);
        await store.keepNewest(keyId, SESSIONS_PER_KEY - 1);
        await store.add({ hash, keyId, keyHash, startedAt, expiresAt });
      },
    });
    // As a known session it is served although others guess keys from the same address.
    await this.keys.refreshSession(hash);
    return { token, expiresAt };
  }

  async end(caller: Caller, hash: string): Promise<void> {
    const change = (em: EntityManager) => new SessionStore(em).remove(hash);
    await this.aggregates.changeBeside('api-key', caller.keyId, { actor: actorOf(caller), change });
  }
}
