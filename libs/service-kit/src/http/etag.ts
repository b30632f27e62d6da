import { problem } from '../problem/problem.ts';

/** The entity tag of a version (RFC 9110, 8.8.3): strong, since a version is that of the whole state. */
export const etag = (version: number): string => `"${version}"`;

/**
 * Reads `If-Match` (RFC 9110, 13.1.1) with one tag of ours: the version that the client has seen. Without the header,
 * or with `*`, any version will do: undefined.
 *
 * @throws Problem 400 `invalid_if_match` for anything else
 */
export function parseIfMatch(header: string | undefined): number | undefined {
  const value = header?.trim();
  if (value === undefined || value === '' || value === '*') return undefined;
  const [, digits] = /^"(\d{1,15})"$/.exec(value) ?? [];
  if (digits === undefined) {
    throw problem(400, 'invalid_if_match', 'If-Match must be the ETag of a response, such as "3".');
  }
  return Number(digits);
}
