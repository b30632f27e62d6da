/** White space is cut off afterwards: a pattern that does so tries each of many spaces anew, and the receiver writes the head. */
const lengthsIn = (head: string): readonly string[] =>
  [...head.matchAll(/^content-length[ \t]*:(.*)$/gim)].map(([, value = '']) => value.trim());
const isChunked = (head: string): boolean => /^transfer-encoding[ \t]*:/im.test(head);

/**
 * What servers and proxies get wrong most, each in a few words that their author can search for; in the order in which they
 * are told. undici hides its parser's reason for the first three behind UND_ERR_RES_CONTENT_LENGTH_MISMATCH.
 */
const FAULTS: readonly (readonly [fault: string, isThere: (head: string) => boolean])[] = [
  ['Content-Length beside Transfer-Encoding', (head) => lengthsIn(head).length > 0 && isChunked(head)],
  ['more than one Content-Length', (head) => lengthsIn(head).length > 1],
  ['a Content-Length that is no number', (head) => lengthsIn(head).some((length) => !/^\d+$/.test(length))],
  ['a space before the colon of a header', (head) => /^[^\s:]+[ \t]+:/m.test(head.replace(/^.*\n/, ''))],

  ['a control character in a header', (head) => /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(head)],
  ['a header that goes on in the next line', (head) => /\n[ \t]/.test(head)],
  ['a line of the head that is no header', (head) => /\r?\n(?=[^\r\n])[^:\r\n]*\r?\n/.test(head)],
  ['a line that ends in LF without CR', (head) => /(?:^|[^\r])\n/.test(head)],
  ['a line that ends in CR without LF', (head) => /\r(?!\n|$)/.test(head)],
];

/** Of a head whose status line can be read: a heuristic, for the sentence alone. */
export const faultInHead = (head: string): string | undefined => FAULTS.find(([, isThere]) => isThere(head))?.[0];

/** Of a text that does not begin with a status line. It names the kind of thing, and none of its bytes. */
export function faultInText(text: string): string | undefined {
  // A TLS record: its type (alert or handshake), then version 3.x.
  if (/^[\x15\x16]\x03[\x00-\x04]/.test(text)) return 'the receiver speaks TLS here, for which a URL begins with https';
  if (!/^HTTP\//.test(text)) return text === '' ? undefined : 'no status line such as HTTP/1.1 200 OK';
  return 'a status line that is not like HTTP/1.1 200 OK';
}
