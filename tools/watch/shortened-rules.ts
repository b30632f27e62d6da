const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
/** `[15m]`, `[1h:1m]`, `offset 1h`, `for: 5m`: the times of a rule file. */
const TIME = /(\[|:|offset |for: )(\d+)([smhd])\b/g;
/** `signet_relay_lag_seconds) > 60`: a limit on how long something takes. That of the event loop is a fraction, and stays. */
const LIMIT = /(signet_\w+_seconds\) > )(\d+)/g;

/**
 * A rule file whose times are shorter by a factor, for a demonstration that cannot wait for an hour: ranges, offsets, `for`, and limits
 * on seconds of Signet's own metrics. Counts, shares and everything else stay.
 *
 * @returns the file; no time in it is shorter than a second
 */
export const shortenedRules = (rules: string, factor: number): string => {
  const shorter = (seconds: number): number => Math.max(1, Math.round(seconds / factor));
  return rules
    .replaceAll(
      TIME,
      (_, before: string, count: string, unit: keyof typeof SECONDS) =>
        `${before}${shorter(Number(count) * SECONDS[unit])}s`,
    )
    .replaceAll(LIMIT, (_, before: string, seconds: string) => `${before}${shorter(Number(seconds))}`);
};
