import { parseArgs } from 'node:util';
import type { DatabaseOptions } from '../database/database-options.ts';
import { migrate } from '../database/schema/migrate.ts';
import { PHASES } from '../database/schema/phase.ts';
import type { Phase } from '../database/schema/phase.ts';
import type { Logger } from '../logging/logger.ts';
import { VERSION } from '../version.ts';
import type { CommandReport } from './admin-command.ts';
import { UsageError } from './admin-command.ts';
import { reachableServers } from './run-command.ts';

/** `migrate [--phase expand|contract]` of one service. */
export async function migrateCommand(
  database: DatabaseOptions,
  args: readonly string[],
  logger: Logger,
): Promise<CommandReport> {
  const phase = phaseOf(args);
  await reachableServers({ database }, logger);
  const migrations = await migrate(database, { phase, logger });
  const { schema } = database;
  const what = migrations.length === 0 ? 'nothing left to do' : migrations.join(', ');
  return {
    lines: [`${schema}: ${phase} of version ${VERSION}: ${what}`],
    data: { schema, phase, version: VERSION, migrations },
  };
}

function phaseOf(args: readonly string[]): Phase {
  try {
    const { values } = parseArgs({ args: [...args], options: { phase: { type: 'string', default: 'expand' } } });
    const phase = PHASES.find((known) => known === values.phase);
    if (phase === undefined) throw new UsageError(`--phase is ${PHASES.join(' or ')}, not "${values.phase}".`);
    return phase;
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}
