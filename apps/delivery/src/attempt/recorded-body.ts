import { StringDecoder } from 'node:string_decoder';
import type { EgressResponse } from '@signet/egress';
import type { HiddenCredentials } from './hidden-credentials.ts';

/** Bytes of a response body that are kept, counted as they are stored: in UTF-8. */
export const MAX_RESPONSE_BYTES = 10_240;

/**
 * A response's body as text. A byte that is no UTF-8 becomes U+FFFD, which takes three bytes, so the length is checked again
 * after decoding. The text is never cut within a character.
 */
export function recordedBody(
  { body: bytes, bodyTruncated: isCut }: Pick<EgressResponse, 'body' | 'bodyTruncated'>,
  hidden: HiddenCredentials,
): { body: string; bodyTruncated: boolean } {
  // The decoder's `write` leaves out a character that is incomplete at the end.
  const text = isCut ? hidden.inCut(new StringDecoder('utf8').write(bytes)) : hidden.in(bytes.toString('utf8'));
  if (Buffer.byteLength(text) <= MAX_RESPONSE_BYTES) return { body: text, bodyTruncated: isCut };
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_RESPONSE_BYTES));
  return { body: text.slice(0, read), bodyTruncated: true };
}
