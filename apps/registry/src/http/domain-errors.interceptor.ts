import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { VersionConflictError } from '@signet/event-store';
import type { Observable } from 'rxjs';
import { catchError, throwError } from 'rxjs';
import { problemOf, staleVersion } from './problems.ts';
import { RuleBroken } from './rule-broken.ts';

/** Says in HTTP what the domain refused: a broken rule, or a version that has passed. */
@Injectable()
export class DomainErrors implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    return next.handle().pipe(catchError((error: unknown) => throwError(() => translated(error))));
  }
}

function translated(error: unknown): unknown {
  if (error instanceof RuleBroken) return problemOf(error);
  // Only a caller that said If-Match can meet it: everybody else decides again on the newer state.
  return error instanceof VersionConflictError ? staleVersion(error.actualVersion) : error;
}
