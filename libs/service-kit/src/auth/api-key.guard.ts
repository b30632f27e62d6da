import { Inject, Optional } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '@signet/contracts';
import type { FastifyRequest } from 'fastify';
import { authenticate, authorize } from './authenticate.ts';
import { ALLOWED_ROLES, PUBLIC_ROUTE, WHILE_SUSPENDED } from './caller.ts';
import { API_KEY_LOOKUP, TENANT_LOOKUP } from './lookups.ts';
import type { ApiKeyLookup, TenantLookup } from './lookups.ts';

/** Methods that change nothing (RFC 9110, §9.2.1). */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Stands before every HTTP route: an API key is needed unless the route is @Public(), a role if it has @Roles(). */
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(API_KEY_LOOKUP) private readonly keys: ApiKeyLookup,
    @Optional() @Inject(TENANT_LOOKUP) private readonly tenants: TenantLookup | undefined,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = authenticate(request.headers.authorization, this.keys);
    authorize(
      caller,
      this.reflector.getAllAndOverride<readonly Role[] | undefined>(ALLOWED_ROLES, targets),
      this.tenants,
      READS.has(request.method) || this.reflector.getAllAndOverride<boolean>(WHILE_SUSPENDED, targets) === true,
    );
    request.caller = caller;
    return true;
  }
}
