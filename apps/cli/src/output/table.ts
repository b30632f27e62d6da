import stringWidth from 'string-width';
import { safeText } from './safe-text.ts';

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string;
  /** May be cut where the terminal is too narrow; ids are never cut, since people copy them. */
  readonly isFlexible?: boolean;
  /** Adds colour to a cell that has its final width already. */
  readonly paint?: (text: string, row: Row) => string;
}

const GAP = '  ';
/** A flexible column is not made narrower than this: less says nothing. */
const MIN_WIDTH = 8;

/**
 * The lines of a table, with its titles.
 *
 * @param width columns of the terminal; undefined: no terminal, so nothing is cut
 */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width?: number): string[] {
  const cells = rows.map((row) => columns.map((column) => safeText(column.of(row))));
  const natural = columns.map(({ title }, at) =>
    Math.max(stringWidth(title), ...cells.map((line) => stringWidth(line[at] ?? ''))),
  );
  const widths = width === undefined ? natural : fitted(natural, columns, width);
  const lineOf = (texts: readonly string[], row?: Row): string =>
    texts
      .map((text, at) => {
        const shown = padded(text, widths[at] ?? 0);
        const paint = row === undefined ? undefined : columns[at]?.paint;
        return paint === undefined ? shown : paint(shown, row as Row);
      })
      .join(GAP)
      .trimEnd();
  return [lineOf(columns.map(({ title }) => title)), ...cells.map((line, at) => lineOf(line, rows[at]))];
}

/** Takes width from the widest flexible columns until the lines fit, or every flexible column is at its minimum. */
function fitted<Row>(natural: readonly number[], columns: readonly Column<Row>[], width: number): number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1));
  for (let excess = total() - width; excess > 0; excess = total() - width) {
    const flexible = widths.flatMap((one, at) => (columns[at]?.isFlexible && one > MIN_WIDTH ? [{ one, at }] : []));
    const widest = flexible.sort((a, b) => b.one - a.one)[0];
    if (widest === undefined) break;
    const next = Math.max(flexible[1]?.one ?? 0, MIN_WIDTH);
    widths[widest.at] = Math.max(widest.one - excess, Math.min(next, widest.one - 1), MIN_WIDTH);
  }
  return widths;
}

const padded = (text: string, width: number): string => {
  const shown = cut(text, width);
  return shown + ' '.repeat(Math.max(0, width - stringWidth(shown)));
};

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** At most `width` columns, with `…` in place of the rest; no character is cut in two. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let shown = '';
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    shown += segment;
  }
  return `${shown}…`;
}
