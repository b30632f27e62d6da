import { problem } from '../problem/problem.ts';

/** The entity tag of a version (RFC 9110, 8.8.3). It is strong, since the version covers everything that a client can change. */
export const etag = (version: number): string => `"${version}"`;

/** The tags that a client named in `If-Match`, with their quotes; undefined: any version matches. */
export type IfMatch = readonly string[] | undefined;

const TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
// A tag may have a comma within its quotes, and elements of a list may be empty (RFC 9110, 5.6.1.2).
const LIST = new RegExp(String.raw`^[\t ,]*${TAG}(?:[\t ]*,[\t ,]*${TAG})*[\t ,]*$`);

/**
 * Reads `If-Match` (RFC 9110, 13.1.1). Tags that are well-formed but were never ours are no error: they match nothing.
 *
 * @throws Problem 400 `invalid_if_match` if the header is neither `*` nor a list of tags. An empty header is refused, too: the
 * client wanted a condition and has lost its tag, so the request must not run without one.
 */
export function parseIfMatch(header: string | undefined): IfMatch {
  const value = header?.trim();
  if (value === undefined || value === '*') return undefined;
  if (!LIST.test(value)) {
    throw problem(
      400,
      'invalid_if_match',
      'If-Match must be * or a list of ETags of responses, such as "3" or "3", "4".',
    );
  }
  return value.match(new RegExp(TAG, 'g')) ?? [];
}

/** Compares strongly (RFC 9110, 8.8.3.2), character by character: a weak tag is the tag of no version. */
export const matchesVersion = (ifMatch: IfMatch, version: number): boolean => ifMatch?.includes(etag(version)) ?? true;
