/** Scheme and authority, as the raw text says them. */
const ORIGIN = /^https?:\/\/[^/?]+/i;
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/** Path and query of a URL as its raw text has them; a path that is missing is `/`. */
export function writtenTarget(raw: string): string {
  const rest = raw.replace(ORIGIN, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Path and query as they are sent: byte for byte as they are written, where an HTTP request can say that.
 *
 * `new URL()` rewrites a `'` in a query to `%27` and drops an empty query; both may be sent as they are (RFC 3986), and
 * are. It also removes dot segments and percent-encodes characters that no URL may have. A URL with one of those cannot be
 * registered any more; one that was stored before is sent in the rewritten form, as it always was.
 */
export function sentTarget(raw: string, url: URL): string {
  const written = writtenTarget(raw);
  return sameTarget(written, url) ? written : url.pathname + url.search;
}

/** Whether `new URL()` changes nothing about it that may not be sent as it is written. */
export function sameTarget(written: string, url: URL): boolean {
  const mark = written.indexOf('?');
  if (mark < 0) return written === url.pathname && url.search === '';
  const query = written.slice(mark + 1);
  return (
    written.slice(0, mark) === url.pathname && url.search === (query === '' ? '' : `?${query.replaceAll("'", '%27')}`)
  );
}

/** Whether the path has a segment that says "here" or "one up", percent-encoded or not. */
export const hasDotSegment = (written: string): boolean =>
  (written.split('?', 1)[0] ?? '').split('/').some((segment) => DOT_SEGMENT.test(segment));
