import { applyDecorators, createParamDecorator, SetMetadata } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Role } from '@signet/contracts';
import type { FastifyRequest } from 'fastify';

/** The caller of a request, known by its API key, or by a session that was begun with this key. */
export interface Caller {
  readonly keyId: string;
  readonly role: Role;
  /** null for an operator, who belongs to no tenant, and for a producer that sends for several. */
  readonly tenantId: string | null;
  readonly name: string;
  /** Event types that a producer may send; null: all. */
  readonly eventTypes: readonly string[] | null;
  /** Tenants for which a producer that belongs to no tenant may send; null: all. */
  readonly tenants: readonly string[] | null;
  /** Missing: the request has the key itself. */
  readonly session?: { readonly hash: string; readonly expiresAt: string };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by ApiKeyGuard; undefined on public routes. */
    caller?: Caller;
  }
}

export const PUBLIC_ROUTE = 'signet:public';
export const ALLOWED_ROLES = 'signet:roles';
export const WHILE_SUSPENDED = 'signet:while-suspended';
/** Tells the writer of the OpenAPI document about WHILE_SUSPENDED; it is not in the finished document. */
export const WHILE_SUSPENDED_EXTENSION = 'x-while-suspended';
/** Tells the writer of the OpenAPI document about ALLOWED_ROLES; it is not in the finished document. */
export const ROLES_EXTENSION = 'x-roles';

/** A route, or all routes of a controller, that need no API key. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

/** The roles that may call a route, or all routes of a controller; a route's own list wins. Without it, every role may. */
export const Roles = (...roles: readonly Role[]) =>
  applyDecorators(SetMetadata(ALLOWED_ROLES, roles), ApiExtension(ROLES_EXTENSION, roles));

/** A route that changes something and yet stays open to the keys of a suspended tenant, which otherwise only read. */
export const WhileSuspended = () =>
  applyDecorators(SetMetadata(WHILE_SUSPENDED, true), ApiExtension(WHILE_SUSPENDED_EXTENSION, true));

/** The caller of the request, as a parameter of its handler. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('@Caller() stands on a route that the API key guard does not check.');
  return caller;
});
