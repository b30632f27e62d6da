import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiKeyGuard, hashApiKey } from '@signet/service-kit';
import type { FastifyRequest } from 'fastify';
import { KeyCache } from './key-cache.ts';

/** The guard of every service, over the registry's own keys: reads the caller's key first, since it asks synchronously. */
@Injectable()
export class KeyGuard implements CanActivate {
  private readonly guard: ApiKeyGuard;

  constructor(
    @Inject(Reflector) reflector: Reflector,
    @Inject(KeyCache) private readonly keys: KeyCache,
  ) {
    this.guard = new ApiKeyGuard(reflector, keys, keys);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() === 'http') {
      const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
      const [, key] = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? '') ?? [];
      if (key !== undefined) await this.keys.refresh(hashApiKey(key));
    }
    return this.guard.canActivate(context);
  }
}
