/**
 * A moment as `Date.prototype.toISOString()` writes it: RFC 3339, UTC, milliseconds. All of one length and one zone,
 * so instants compare as text, and pure code needs no Date.
 */
export type Instant = string;

/** Brings any RFC 3339 time into the one form; throws a RangeError when the text is no time. */
export const toInstant = (time: string | number | Date): Instant => new Date(time).toISOString();
