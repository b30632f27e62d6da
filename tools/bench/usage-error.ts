/** What was typed cannot be understood; the message says why. */
export class UsageError extends Error {}

/** @throws UsageError when the text is no whole number from 1 to `most` */
export function bounded(option: string, value: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`${option} takes a whole number above 0, not "${value}".`);
  if (number > most) throw new UsageError(`${option} takes at most ${most.toLocaleString('en-US')}, not "${value}".`);
  return number;
}
