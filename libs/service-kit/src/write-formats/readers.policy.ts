import { readSince } from '@signet/contracts';
import type { FormatName, WriteFormats } from '@signet/contracts';
import { compareVersions, minorsAhead } from '../database/schema/schema-version.policy.ts';

/** Whether the minor version before `own` reads the format, too: then one may go back to it while such records are not yet read. */
export function isReadByVersionBefore(name: FormatName, format: number, own: string): boolean {
  const since = readSince(name, format);
  return since === undefined || minorsAhead(own, since) > 0;
}

/** The reason why these formats must not be written while services of these versions are connected; undefined when they may. */
export function reasonAgainstWriting(
  schema: string,
  formats: WriteFormats,
  connected: readonly string[],
): string | undefined {
  for (const [name, format] of Object.entries(formats) as [FormatName, number][]) {
    const since = readSince(name, format);
    const older = connected.filter((version) => since !== undefined && compareVersions(version, since) < 0);
    if (older.length === 0) continue;
    return (
      `SIGNET_WRITE_FORMATS has ${name}=${format}, and sessions of version ${[...new Set(older)].toSorted(compareVersions).join(', ')} ` +
      `use the schema ${schema}, whose services read it from ${since} on: take the setting away until no older replica is left.`
    );
  }
  return undefined;
}
