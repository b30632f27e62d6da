import type { FormatName, WriteFormats } from '@signet/contracts';
import type { Client } from 'pg';
import { connectedVersions } from '../database/schema/schema-state.ts';
import { EXIT_UNAVAILABLE, StartRefusedError } from '../service/start/start-refused.error.ts';
import { VERSION } from '../version.ts';
import { isReadByVersionBefore, reasonAgainstWriting } from './readers.policy.ts';

/**
 * Looks, at a start, whether everybody who is connected to the schema reads what we are told to write. An older replica that starts later
 * is not seen: docs/guides/upgrading.md has the order for going back.
 *
 * @throws StartRefusedError that names their versions: another try helps as soon as they have gone
 */
export async function requireReaders(client: Client, schema: string, formats: WriteFormats): Promise<void> {
  const reason = reasonAgainstWriting(schema, formats, await connectedVersions(client, schema));
  if (reason !== undefined) throw new StartRefusedError(reason, EXIT_UNAVAILABLE);
}

/** Whether the minor version before this one reads it too. */
export const isReadBefore = (name: FormatName, format: number): boolean => isReadByVersionBefore(name, format, VERSION);
