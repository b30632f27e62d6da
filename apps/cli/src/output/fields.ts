import { safeText } from './safe-text.ts';

export type Field = readonly [name: string, value: string | number | boolean | null | undefined];

/** One line for each field that has a value, the values below each other. */
export function fieldLines(fields: readonly Field[]): string[] {
  const shown = fields.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${safeText(String(value))}`);
}
