import { UnknownSealingKeyError } from '@signet/signature';
import { destination } from 'pino';
import { pinoLogger } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { StartRefusedError } from '../service/start/start-refused.error.ts';
import { hasNoCoordinator, notAllowedOn, reasonOf } from '../service/start/unreachable.policy.ts';
import { SettingsError, EXIT_BAD_SETTINGS } from '../settings/load-settings.ts';

/** `EX_USAGE` of sysexits.h. */
export const EXIT_USAGE = 64;
/** What was asked for could not be done, or a check found a fault. */
export const EXIT_FAILED = 1;
const STDERR = 2;

/** What a command of signet-admin did, told twice. */
export interface CommandReport {
  /** For people, a line each. */
  readonly lines: readonly string[];
  /** For programs. Names and meanings are part of what a version promises. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Default: 0. */
  readonly exitCode?: number;
}

/** A command of one service: it does the work, and leaves it to signet-admin how the report is printed. */
export type AdminCommand = (args: readonly string[], logger: Logger) => Promise<CommandReport>;

/** It was asked wrongly; the message is a sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The entry of a service for signet-admin: `node apps/registry/dist/admin.js reseal`. It prints one line of JSON on stdout, the
 * report, and logs to stderr. An expected failure is a report as well: a sentence, and the exit code of a service that does not start.
 */
export async function runAdminCommand(
  service: string,
  commands: Readonly<Record<string, AdminCommand>>,
  [name = '', ...args]: readonly string[] = process.argv.slice(2),
): Promise<void> {
  // What it waits for it tells at `info` and `warn`: for the log of a Job. A person reads one sentence.
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

/** Any other error is thrown: it is a fault of ours, and its stack says where. */
export async function reportOf(work: () => Promise<CommandReport>): Promise<CommandReport> {
  try {
    return await work();
  } catch (error) {
    // The servers have answered a moment ago.
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
