const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Such as 12,300. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Two significant digits, such as 4,300: a plan needs no more. */
export const about = (value: number): string =>
  value < 10 ? value.toPrecision(2) : whole(Number(value.toPrecision(2)));

/** Decimal units, as disks and networks are sold. */
export function bytes(value: number): string {
  let at = 0;
  let rest = value;
  // 999.6 would be written as 1000.
  while (rest >= 999.5 && at < UNITS.length - 1) {
    rest /= 1_000;
    at += 1;
  }
  return `${rest >= 10 ? rest.toFixed(0) : rest.toFixed(1)} ${UNITS[at]}`;
}

export const milliseconds = (seconds: number): string => `${(seconds * 1_000).toFixed(3)} ms`;

/** A table in Markdown; every column but the first is numbers. */
export const numberTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, ['---', ...head.slice(1).map(() => '---:')], ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
