import { flushLogs, pinoLogger } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import type { RunningService, ServiceOptions } from './service-options.ts';
import { StartRefusedError } from './start/start-refused.error.ts';
import { startService } from './start-service.ts';

/**
 * Runs a service for the life of the process: starts it, and ends the process
 * - with 0 on SIGTERM or SIGINT, when the requests and records under way are finished,
 * - with 78 or 69 and a sentence on stderr when the service must not start, or must not go on (StartRefusedError),
 * - with 1 when a stop takes longer than SIGNET_SHUTDOWN_DEADLINE, when the start fails, or after an uncaught error.
 */
export async function runService(options: ServiceOptions): Promise<RunningService> {
  const { name, settings } = options;
  const logger = options.logger ?? pinoLogger(name, settings.SIGNET_LOG_LEVEL);
  const starting = new AbortController();
  let running: RunningService | undefined;
  let isStopping = false;

  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, `${name} is stopping`);
    if (!running) {
      // No request has been taken yet. If a Kafka handler has begun some work, it is repeated, as after a crash.
      starting.abort(new Error(`stopped by ${signal}`));
      void leave(0);
      return;
    }
    exitAfter(settings.SIGNET_SHUTDOWN_DEADLINE, logger);
    running.stop().then(
      () => exit(logger, 0, `${name} has stopped`),
      (error: unknown) => fail(logger, error, 'the stop failed'),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('uncaughtException', (error) => void fail(logger, error, 'an exception was not caught'));
  process.on('unhandledRejection', (error) => void fail(logger, error, 'a rejection was not handled'));

  try {
    running = await startService(
      { ...options, logger },
      starting.signal,
      (error) => void end(error, logger, `${name} cannot go on`),
    );
    return running;
  } catch (error) {
    return await end(error, logger, `${name} cannot start`);
  }
}

/** A stop that hangs must end before the supervisor kills the process. */
function exitAfter(deadlineMs: number, logger: Logger): void {
  setTimeout(() => {
    logger.error({ deadlineMs }, 'the stop took too long; what is still in flight will be repeated');
    void leave(1);
  }, deadlineMs).unref();
}

function exit(logger: Logger, code: number, message: string): Promise<never> {
  logger.info(message);
  return leave(code);
}

const end = (error: unknown, logger: Logger, message: string): Promise<never> =>
  error instanceof StartRefusedError ? refuse(error) : fail(logger, error, message);

/** Like a bad setting, this is one sentence for people on stderr, without a log line around it. */
function refuse(error: StartRefusedError): Promise<never> {
  process.stderr.write(`${error.message}\n`);
  return leave(error.exitCode);
}

function fail(logger: Logger, error: unknown, message: string): Promise<never> {
  logger.fatal({ err: error }, message);
  return leave(1);
}

/** Ends the process when the last log lines are written. Work that goes on meanwhile is repeated later, as after a crash. */
async function leave(code: number): Promise<never> {
  await flushLogs();
  process.exit(code);
}
