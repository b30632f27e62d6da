/** PostgreSQL's codes for a connection that it refuses for as long as the setting is as it is. */
const REFUSED_FOR_GOOD: ReadonlySet<string> = new Set([
  '28000', // a user or an address that it does not let in
  '28P01', // a wrong password
  '3D000', // a database that does not exist
]);

/** Whether waiting does not help: the server answers, and refuses what the setting says. */
export const isRefusedForGood = (error: unknown): boolean =>
  REFUSED_FOR_GOOD.has(String((error as { code?: unknown } | null)?.code));

/** What went wrong, in words: of an error that wraps others, theirs. */
export function reasonOf(error: unknown): string {
  // node:net and Promise.any make an AggregateError, which has no useful message of its own.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  // kafkajs says how often it has tried; what went wrong is the cause.
  if (error.name === 'KafkaJSNumberOfRetriesExceeded' && error.cause instanceof Error) return reasonOf(error.cause);
  return error.message.trim().replace(/\.$/, '');
}

/** For a server that refuses the setting. `what` is its name, such as `PostgreSQL`. */
export const refusedSentence = (what: string, setting: string, error: unknown): string =>
  `${what} refuses what ${setting} says: ${reasonOf(error)}.`;

/** For a server that was not reached in time. */
export const unreachableSentence = (what: string, setting: string, waitedMs: number, error: unknown): string =>
  `${what} could not be reached within ${Math.round(waitedMs / 100) / 10} s: ${reasonOf(error)}. Check ${setting}.`;
