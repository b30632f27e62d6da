/** SQLSTATE classes 22 (data exception) and 23 (integrity violation): the same row would be refused again. */
export function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^2[23]/.test(code);
}
