import { z } from 'zod';
import { installationKey } from './installation.ts';

/**
 * The key of the record that says which generation of a table is complete. It cannot be taken for a claim, since no installation
 * has a colon in its name. Versions that do not know it ignore it, since they ignore every key that begins like a claim.
 */
export const generationKey = (installation: string): string => `${installationKey(installation)}:generation`;

/** Header of each record of a table: the generation that it belongs to, a whole number in decimal. */
export const GENERATION_HEADER = 'signet_generation';

/** The generation of a record; undefined if a version before 0.2 wrote it. */
export function generationOf(headers: Readonly<Record<string, Buffer | undefined>>): number | undefined {
  const text = headers[GENERATION_HEADER]?.toString('utf8');
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * The heartbeat of a compacted topic that is read as a table. The registry writes it every few seconds: it says that the registry is alive, and
 * that a generation (one complete set of the table's records) has been written.
 */
export const generationRecord = z
  .object({
    generation: z
      .int()
      .nonnegative()
      .describe(
        'Every entry of the table has been written with this number in its header `signet_generation`, before this record. A later generation has a higher number.',
      ),
    beat: z
      .int()
      .nonnegative()
      .describe('Number of this heartbeat. PostgreSQL keeps the number, too, and is never behind.'),
    at: z.iso.datetime().describe('When it was written.'),
    begin: z
      .int()
      .nonnegative()
      .describe('The earliest offset of the topic then. A topic that begins later has lost records since.'),
  })
  .meta({
    title: 'Generation',
    description:
      'The table is complete, and the registry was alive at this time. A reader that starts is ready only when it has read such a record of its installation.',
    examples: [{ generation: 1772359200000, beat: 4711, at: '2026-03-01T10:00:00Z', begin: 0 }],
  });
export type GenerationRecord = z.infer<typeof generationRecord>;
