import { Inject, Optional } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Clock, Role } from '@signet/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problem/problem.ts';
import { RequestLimits } from '../rate-limit/request-limits.ts';
import { CLOCK } from '../service/service.tokens.ts';
import { authenticate, authenticateSession, authorize, UNKNOWN_API_KEY, UNKNOWN_SESSION } from './authenticate.ts';
import { ALLOWED_ROLES, PUBLIC_ROUTE, WHILE_SUSPENDED } from './caller.ts';
import type { Caller } from './caller.ts';
import { API_KEY_LOOKUP, TENANT_LOOKUP } from './lookups.ts';
import type { ApiKeyLookup, TenantLookup } from './lookups.ts';
import { checkSameOrigin } from './session/check-same-origin.ts';
import { sessionTokenOf } from './session/session-cookie.ts';

/** Methods that change nothing (RFC 9110, §9.2.1). */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
/** Codes of the problems that count as a wrong key of the caller's address. */
const WRONG: ReadonlySet<string> = new Set([UNKNOWN_API_KEY, UNKNOWN_SESSION]);

/**
 * Guards every HTTP route: a request needs an API key, or the cookie of a session, unless the route is @Public(), and one of the roles
 * if it has @Roles(); and it must be within the limits of the key and of its address. A key in Authorization wins over a cookie.
 */
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(API_KEY_LOOKUP) private readonly keys: ApiKeyLookup,
    @Inject(CLOCK) private readonly clock: Clock,
    @Optional() @Inject(TENANT_LOOKUP) private readonly tenants: TenantLookup | undefined,
    @Optional() @Inject(RequestLimits) private readonly limits: RequestLimits | undefined,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = this.authenticated(request);
    const isRead = READS.has(request.method);
    // Only a browser sends a cookie by itself, also when a page of another site makes it send the request.
    if (caller.session !== undefined && !isRead) checkSameOrigin(request);
    this.limits?.request(caller.keyId, context.switchToHttp().getResponse<FastifyReply>());
    authorize(
      caller,
      this.reflector.getAllAndOverride<readonly Role[] | undefined>(ALLOWED_ROLES, targets),
      this.tenants,
      isRead || this.reflector.getAllAndOverride<boolean>(WHILE_SUSPENDED, targets) === true,
    );
    request.caller = caller;
    return true;
  }

  private authenticated(request: FastifyRequest): Caller {
    try {
      const session = sessionTokenOf(request);
      if (session !== undefined) return authenticateSession(session, this.keys, this.clock());
      return authenticate(request.headers.authorization, this.keys);
    } catch (error) {
      if (error instanceof Problem && WRONG.has(error.code)) this.limits?.wrongKey(request.ip);
      throw error;
    }
  }
}
