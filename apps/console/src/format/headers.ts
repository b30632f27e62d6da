/** A header in a form: two texts, either of which may still be empty. */
export interface HeaderLine {
  readonly name: string;
  readonly value: string;
}

export const toLines = (headers: Readonly<Record<string, string>>): HeaderLine[] =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));

/** Empty lines are left out; the server judges the others. Of two equal names the later one counts. */
export const fromLines = (lines: readonly HeaderLine[]): Record<string, string> =>
  Object.fromEntries(
    lines
      .filter(({ name, value }) => name.trim() !== '' || value.trim() !== '')
      .map(({ name, value }) => [name.trim(), value.trim()]),
  );
