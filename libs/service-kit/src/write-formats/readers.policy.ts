import { readSince } from '@signet/contracts';
import type { FormatName, WriteFormats } from '@signet/contracts';
import { compareVersions, minorsAhead } from '../database/schema/schema-version.policy.ts';

/** Whether the minor version before `own` reads it too, so that one may go back to that while such records are unread. */
export function isReadByVersionBefore(name: FormatName, format: number, own: string): boolean {
  const since = readSince(name, format);
  return since === undefined || minorsAhead(own, since) > 0;
}

/** Why these formats must not be written while services of these versions read; undefined when they may. */
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
