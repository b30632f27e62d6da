import { Catch, UseFilters, applyDecorators } from '@nestjs/common';
import type { RpcExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';

/** Nest's own filter turns every error into "Internal server error"; the transport needs the error itself. */
@Catch()
class PassErrorOn implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/** Declares a method as the handler of these topics' record batches, for the server with this transport id. */
export const OnRecords = (topics: string | readonly string[], transportId: symbol): MethodDecorator =>
  applyDecorators(EventPattern<string[]>([topics].flat(), transportId), UseFilters(new PassErrorOn()));
