import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { VersionConflictError } from '@signet/event-store';
import type { Observable } from 'rxjs';
import { catchError, throwError } from 'rxjs';
import { problemOf, staleVersion } from './problems.ts';
import { RuleBroken } from './rule-broken.ts';

/** Turns a domain error into an HTTP problem: a broken rule, or a stale version. */
@Injectable()
export class DomainErrors implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    return next.handle().pipe(catchError((error: unknown) => throwError(() => translated(error))));
  }
}

function translated(error: unknown): unknown {
  if (error instanceof RuleBroken) return problemOf(error);
  // Only a caller that sent If-Match can get it: without If-Match the command is decided again on the newer state.
  return error instanceof VersionConflictError ? staleVersion(error.actualVersion) : error;
}
