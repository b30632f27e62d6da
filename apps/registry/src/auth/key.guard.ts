import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Clock } from '@signet/contracts';
import { ApiKeyGuard, bearerToken, CLOCK, hashApiKey, RequestLimits, sessionTokenOf } from '@signet/service-kit';
import type { FastifyRequest } from 'fastify';
import { KeyCache } from './key-cache.ts';

/**
 * The guard of every service, over the registry's own keys. That guard looks keys up synchronously, so this one reads
 * the caller's key or session before.
 */
@Injectable()
export class KeyGuard implements CanActivate {
  private readonly guard: ApiKeyGuard;

  constructor(
    @Inject(Reflector) reflector: Reflector,
    @Inject(KeyCache) private readonly keys: KeyCache,
    @Inject(RequestLimits) private readonly limits: RequestLimits,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.guard = new ApiKeyGuard(reflector, keys, clock, keys, limits);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() === 'http') {
      const request = context.switchToHttp().getRequest<FastifyRequest>();
      const key = bearerToken(request.headers.authorization);
      const session = sessionTokenOf(request);
      if (key !== undefined) await this.readKey(hashApiKey(key), request.ip);
      else if (session !== undefined) await this.readSession(hashApiKey(session), request.ip);
    }
    return this.guard.canActivate(context);
  }

  /**
   * A caller that guesses keys must not cost the database a statement for each guess, so unknown keys are limited by
   * address before the read.
   */
  private async readKey(hash: string, address: string): Promise<void> {
    if (this.keys.byHash(hash) === undefined) this.limits.unknownKey(address);
    await this.keys.refresh(hash);
  }

  private async readSession(hash: string, address: string): Promise<void> {
    if (this.keys.bySession(hash) === undefined) this.limits.unknownKey(address);
    await this.keys.refreshSession(hash);
  }
}
