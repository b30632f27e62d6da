import { UnknownSealingKeyError } from '@signet/signature';
import { destination } from 'pino';
import { pinoLogger } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { StartRefusedError } from '../service/start/start-refused.error.ts';
import { hasNoCoordinator, notAllowedOn, reasonOf } from '../service/start/unreachable.policy.ts';
import { SettingsError, EXIT_BAD_SETTINGS } from '../settings/load-settings.ts';

/** `EX_USAGE` of sysexits.h. */
export const EXIT_USAGE = 64;
/** The command could not do its work, or a check found a fault. */
export const EXIT_FAILED = 1;
const STDERR = 2;

/** The result of a command of signet-admin, once for people and once for programs. */
export interface CommandReport {
  /** For people, a line each. */
  readonly lines: readonly string[];
  /** For programs. Names and meanings are stable. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Default: 0. */
  readonly exitCode?: number;
}

/** A command of one service: it does the work and returns a report; signet-admin prints the report. */
export type AdminCommand = (args: readonly string[], logger: Logger) => Promise<CommandReport>;

/** The command was called with wrong arguments; the message is a sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The entry of a service for signet-admin: `node apps/registry/dist/admin.js reseal`. It prints one line of JSON on stdout, the
 * report, and logs to stderr. An expected failure is also a report: a sentence, and the exit code of a service that does not start.
 */
export async function runAdminCommand(
  service: string,
  commands: Readonly<Record<string, AdminCommand>>,
  [name = '', ...args]: readonly string[] = process.argv.slice(2),
): Promise<void> {
  // The lines about waiting are at `info` and `warn`, for the log of a Job. A person gets only the one sentence of the report.
  const level = process.env['SIGNET_LOG_LEVEL'] ?? 'error';
  const logger = pinoLogger(`${service}-${name}`, level, destination({ dest: STDERR, sync: true }));
  const report = await reportOf(() => {
    const command = commands[name];
    if (command === undefined) throw new UsageError(`The service ${service} has no command "${name}".`);
    return command(args, logger);
  });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = report.exitCode ?? 0;
}

/** Turns expected errors into a report. Any other error is thrown: it is a fault in our code, and its stack shows where. */
export async function reportOf(work: () => Promise<CommandReport>): Promise<CommandReport> {
  try {
    return await work();
  } catch (error) {
    // Kafka has answered a moment ago, so this is not an outage: a right is missing.
    if (notAllowedOn(error) !== undefined || hasNoCoordinator(error)) {
      const sentence = `Kafka does not allow what the command needs: ${reasonOf(error)}. Check the ACLs of its user (docs/guides/connecting.md).`;
      return { lines: [sentence], data: { error: sentence }, exitCode: EXIT_FAILED };
    }
    const exitCode = exitCodeOf(error);
    if (exitCode === undefined) throw error;
    const { message } = error as Error;
    return { lines: message.split('\n'), data: { error: message }, exitCode };
  }
}

function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof StartRefusedError) return error.exitCode;
  if (error instanceof SettingsError || error instanceof UnknownSealingKeyError) return EXIT_BAD_SETTINGS;
  return error instanceof UsageError ? EXIT_USAGE : undefined;
}
