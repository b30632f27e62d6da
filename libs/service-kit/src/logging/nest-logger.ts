import { NativeLogger, PinoLogger } from 'nestjs-pino';
import type { Logger } from './logger.ts';

/** Contexts of the lines that Nest logs about each module and route at every start. */
const CHATTER = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest's own log lines in the service's log; those about modules and routes at debug. */
export class NestLogger extends NativeLogger {
  constructor(logger: Logger) {
    const params = { pinoHttp: { logger } };
    super(new PinoLogger(params), params);
  }

  override log(message: unknown, ...optional: unknown[]): void {
    if (CHATTER.has(optional.at(-1))) super.debug(message, ...optional);
    else super.log(message, ...optional);
  }
}
