/** Scheme and authority in the raw text. */
const ORIGIN = /^https?:\/\/[^/?]+/i;
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/** Path and query in the raw text of a URL; a missing path is `/`. */
export function writtenTarget(raw: string): string {
  const rest = raw.replace(ORIGIN, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Path and query as they are sent: byte for byte as they are written, if an HTTP request can carry that.
 *
 * `new URL()` rewrites a `'` in a query to `%27` and drops an empty query; both may be sent unchanged (RFC 3986), so they are.
 * It also removes dot segments and percent-encodes characters that a URL must not have. A URL with one of these cannot be
 * registered any more; a URL that was stored before this rule is still sent in the rewritten form.
 */
export function sentTarget(raw: string, url: URL): string {
  const written = writtenTarget(raw);
  return sameTarget(written, url) ? written : url.pathname + url.search;
}

/** Whether the text can be sent as it is written: `new URL()` changes at most a `'` or an empty query. */
export function sameTarget(written: string, url: URL): boolean {
  const mark = written.indexOf('?');
  if (mark < 0) return written === url.pathname && url.search === '';
  const query = written.slice(mark + 1);
  return (
    written.slice(0, mark) === url.pathname && url.search === (query === '' ? '' : `?${query.replaceAll("'", '%27')}`)
  );
}

/** Whether the path has a segment `.` or `..`, percent-encoded or not. */
export const hasDotSegment = (written: string): boolean =>
  (written.split('?', 1)[0] ?? '').split('/').some((segment) => DOT_SEGMENT.test(segment));
