/** A header as a form has it: two texts, of which either may be empty still. */
export interface HeaderLine {
  readonly name: string;
  readonly value: string;
}

export const toLines = (headers: Readonly<Record<string, string>>): HeaderLine[] =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));

/** Lines that say nothing at all are left out; the server judges the others. The later of two equal names counts. */
export const fromLines = (lines: readonly HeaderLine[]): Record<string, string> =>
  Object.fromEntries(
    lines
      .filter(({ name, value }) => name.trim() !== '' || value.trim() !== '')
      .map(({ name, value }) => [name.trim(), value.trim()]),
  );
