/** Rows of text as aligned columns; the first row is the head. Columns that hold figures are aligned to the right. */
export function table(rows: readonly (readonly string[])[], alignRight: readonly number[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return alignRight.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const [head = [], ...others] = rows;
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(head), rule, ...others.map(line)].join('\n');
}
