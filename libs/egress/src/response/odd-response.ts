import { faultInHead, faultInText } from './faults-in-head.ts';

/** A response that undici's parser refused, read as far as it can be understood. */
export interface OddResponse {
  /** 200 to 599; null if no status line can be read. */
  readonly statusCode: number | null;
  /** Names in lower case, values without control characters; values of a repeated header are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes after the head, as they came: chunks are not decoded. */
  readonly body: Buffer;
  /** The fault, in a few words; undefined if this reader finds none. */
  readonly fault: string | undefined;
}

/** Line ends, and the blank line after the head, are accepted with and without CR. */
const STATUS_LINE = /^HTTP\/\d(?:\.\d)? +([1-5]\d\d)(?=[ \r\n])/;
const END_OF_HEAD = /\r?\n\r?\n/;
/** White space around the value is trimmed afterwards and not by the pattern, which would be slow for very many spaces. */
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*:(.*)$/;

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/g;

/**
 * Reads the head of a response with more tolerance than a parser may have, to find out whether the receiver has answered. Only a
 * complete status line counts. The tolerance is safe: the connection is closed, so no further response can be misread.
 */
export function readOddResponse(bytes: Buffer): OddResponse {
  let text = bytes.toString('latin1').replace(/^[\r\n]+/, '');
  for (;;) {
    const status = Number(STATUS_LINE.exec(text)?.[1] ?? Number.NaN);
    if (Number.isNaN(status)) return { ...NOTHING, fault: faultInText(text) };
    const end = END_OF_HEAD.exec(text);
    const head = end === null ? text : text.slice(0, end.index);
    const rest = end === null ? '' : text.slice(end.index + end[0].length);
    if (status >= 200) {
      const lines = head.split(/\r?\n/).slice(1);
      // The last line may be incomplete, since the parser stopped there.
      const headers = headersIn(end === null ? lines.slice(0, -1) : lines);
      // With the line end of its last line, which may be the wrong one.
      const fault = faultInHead(end === null ? head : head + end[0]);
      return { statusCode: status, headers, body: Buffer.from(rest, 'latin1'), fault };
    }
    if (end === null) return { ...NOTHING, fault: undefined };
    text = rest;
  }
}

const NOTHING = { statusCode: null, headers: {}, body: Buffer.alloc(0) } as const;

function headersIn(lines: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, written, text = ''] = HEADER_LINE.exec(line.replace(CONTROL, '')) ?? [];
    if (written === undefined || written === '__proto__') continue;
    const name = written.toLowerCase();
    const value = text.trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}
