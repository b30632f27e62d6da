/** White space is trimmed afterwards and not by the pattern, which would be slow for a head with very many spaces. */
const lengthsIn = (head: string): readonly string[] =>
  [...head.matchAll(/^content-length[ \t]*:(.*)$/gim)].map(([, value = '']) => value.trim());
const isChunked = (head: string): boolean => /^transfer-encoding[ \t]*:/im.test(head);

/**
 * The most frequent faults of servers and proxies, in a few words for which their author can search; the first one that is found is
 * reported. For the first three, undici hides its parser's reason behind UND_ERR_RES_CONTENT_LENGTH_MISMATCH.
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

/** The fault in a head whose status line can be read. It is a heuristic: if it is wrong, only the sentence is wrong. */
export const faultInHead = (head: string): string | undefined => FAULTS.find(([, isThere]) => isThere(head))?.[0];

/** The fault of a text that does not begin with a status line. It describes the kind of text, and repeats none of its bytes. */
export function faultInText(text: string): string | undefined {
  // A TLS record: its type (alert or handshake), then version 3.x.
  if (/^[\x15\x16]\x03[\x00-\x04]/.test(text)) return 'the receiver speaks TLS here, for which a URL begins with https';
  if (!/^HTTP\//.test(text)) return text === '' ? undefined : 'no status line such as HTTP/1.1 200 OK';
  return 'a status line that is not like HTTP/1.1 200 OK';
}
