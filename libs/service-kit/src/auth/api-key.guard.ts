import { Inject, Optional } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '@signet/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problem/problem.ts';
import { RequestLimits } from '../rate-limit/request-limits.ts';
import { authenticate, authorize, UNKNOWN_API_KEY } from './authenticate.ts';
import { ALLOWED_ROLES, PUBLIC_ROUTE, WHILE_SUSPENDED } from './caller.ts';
import type { Caller } from './caller.ts';
import { API_KEY_LOOKUP, TENANT_LOOKUP } from './lookups.ts';
import type { ApiKeyLookup, TenantLookup } from './lookups.ts';

/** Methods that change nothing (RFC 9110, §9.2.1). */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Guards every HTTP route: a request needs an API key unless the route is @Public(), and one of the roles if it has @Roles();
 * and it must be within the limits of the key and of its address.
 */
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(API_KEY_LOOKUP) private readonly keys: ApiKeyLookup,
    @Optional() @Inject(TENANT_LOOKUP) private readonly tenants: TenantLookup | undefined,
    @Optional() @Inject(RequestLimits) private readonly limits: RequestLimits | undefined,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = this.authenticated(request);
    this.limits?.request(caller.keyId, context.switchToHttp().getResponse<FastifyReply>());
    authorize(
      caller,
      this.reflector.getAllAndOverride<readonly Role[] | undefined>(ALLOWED_ROLES, targets),
      this.tenants,
      READS.has(request.method) || this.reflector.getAllAndOverride<boolean>(WHILE_SUSPENDED, targets) === true,
    );
    request.caller = caller;
    return true;
  }

  private authenticated(request: FastifyRequest): Caller {
    try {
      return authenticate(request.headers.authorization, this.keys);
    } catch (error) {
      if (error instanceof Problem && error.code === UNKNOWN_API_KEY) this.limits?.wrongKey(request.ip);
      throw error;
    }
  }
}
