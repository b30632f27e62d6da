import { StringDecoder } from 'node:string_decoder';
import type { EgressResponse } from '@signet/egress';
import type { HiddenCredentials } from './hidden-credentials.ts';

/** Bytes of a response body that are kept, counted as they are stored: in UTF-8. */
export const MAX_RESPONSE_BYTES = 10_240;

/**
 * A response's body as text. What is no UTF-8 becomes U+FFFD, which takes three bytes where the receiver sent one: so it
 * is counted again, and cut again. It is never cut within a character.
 */
export function recordedBody(
  { body: bytes, bodyTruncated: isCut }: Pick<EgressResponse, 'body' | 'bodyTruncated'>,
  hidden: HiddenCredentials,
): { body: string; bodyTruncated: boolean } {
  // The decoder's `write` keeps back a character whose end has not come.
  const text = isCut ? hidden.inCut(new StringDecoder('utf8').write(bytes)) : hidden.in(bytes.toString('utf8'));
  if (Buffer.byteLength(text) <= MAX_RESPONSE_BYTES) return { body: text, bodyTruncated: isCut };
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_RESPONSE_BYTES));
  return { body: text.slice(0, read), bodyTruncated: true };
}
