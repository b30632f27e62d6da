import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiKeyGuard, hashApiKey, RequestLimits } from '@signet/service-kit';
import type { FastifyRequest } from 'fastify';
import { KeyCache } from './key-cache.ts';

/**
 * The guard of every service, over the registry's own keys. That guard looks keys up synchronously, so this one reads
 * the caller's key before.
 */
@Injectable()
export class KeyGuard implements CanActivate {
  private readonly guard: ApiKeyGuard;

  constructor(
    @Inject(Reflector) reflector: Reflector,
    @Inject(KeyCache) private readonly keys: KeyCache,
    @Inject(RequestLimits) private readonly limits: RequestLimits,
  ) {
    this.guard = new ApiKeyGuard(reflector, keys, keys, limits);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() === 'http') {
      const { headers, ip } = context.switchToHttp().getRequest<FastifyRequest>();
      const [, key] = /^Bearer +([\x21-\x7e]+) *$/i.exec(headers.authorization ?? '') ?? [];
      if (key !== undefined) await this.read(hashApiKey(key), ip);
    }
    return this.guard.canActivate(context);
  }

  /**
   * A caller that guesses keys must not cost the database a statement for each guess, so unknown keys are limited by
   * address before the read.
   */
  private async read(hash: string, address: string): Promise<void> {
    if (this.keys.byHash(hash) === undefined) this.limits.unknownKey(address);
    await this.keys.refresh(hash);
  }
}
