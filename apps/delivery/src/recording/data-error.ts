/**
 * Whether PostgreSQL would refuse the same row again: SQLSTATE classes 22 (data exception), 23 (integrity violation) and 54
 * (a limit of PostgreSQL, such as the size of an entry of an index), and values that PostgreSQL cannot represent, such as a
 * day of the year 10000.
 */
export function isDataError(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(22|23|54)/.test(code);
}

/** Whether the partition of a row's day is missing, because retention has dropped it. It can be made again. */
export function isWithoutPartition(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '23514' && String(message).includes('no partition of relation');
}
