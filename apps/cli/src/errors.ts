/** Exit codes of `signet`, for scripts (docs/guides/command-line.md). */
export const EXIT_REFUSED = 1;
export const EXIT_USAGE = 2;

/** What was asked cannot be done; the message is a sentence for people. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}

/** What was asked cannot be understood, so no request was made; the message is a sentence for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
