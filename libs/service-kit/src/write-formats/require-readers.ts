import type { FormatName, WriteFormats } from '@signet/contracts';
import type { Client } from 'pg';
import { connectedVersions } from '../database/schema/schema-state.ts';
import { EXIT_UNAVAILABLE, StartRefusedError } from '../service/start/start-refused.error.ts';
import { VERSION } from '../version.ts';
import { isReadByVersionBefore, reasonAgainstWriting } from './readers.policy.ts';

/**
 * Checks, at a start, whether all services that are connected to the schema can read the formats that SIGNET_WRITE_FORMATS lets us
 * write. It does not notice an older replica that starts later: docs/guides/upgrading.md has the order for going back.
 *
 * @throws StartRefusedError that names the versions which cannot: another start succeeds as soon as these replicas have stopped
 */
export async function requireReaders(client: Client, schema: string, formats: WriteFormats): Promise<void> {
  const reason = reasonAgainstWriting(schema, formats, await connectedVersions(client, schema));
  if (reason !== undefined) throw new StartRefusedError(reason, EXIT_UNAVAILABLE);
}

/** Whether the minor version before this one reads the format, too. */
export const isReadBefore = (name: FormatName, format: number): boolean => isReadByVersionBefore(name, format, VERSION);
