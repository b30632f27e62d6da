import { faultInHead, faultInText } from './faults-in-head.ts';

/** A response that undici's parser refused, read as far as it can be understood. */
export interface OddResponse {
  /** 200 to 599; null where there is no status line that can be read. */
  readonly statusCode: number | null;
  /** Names in lower case, values without control characters; of a repeated header joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes after the head, as they came: chunks are not put together. */
  readonly body: Buffer;
  /** What is wrong with it, in a few words; undefined where this reader sees nothing wrong. */
  readonly fault: string | undefined;
}

/** The blank line after a status line is looked for with and without CR, and so is the end of each line. */
const STATUS_LINE = /^HTTP\/\d(?:\.\d)? +([1-5]\d\d)(?=[ \r\n])/;
const END_OF_HEAD = /\r?\n\r?\n/;
/** White space around the value is cut off afterwards: a pattern that does so tries each of many spaces anew. */
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*:(.*)$/;

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/g;

/**
 * Reads the head of a response with more patience than a parser may have, to tell whether the receiver has answered. Only
 * a status line that is there in full counts. Nothing that this reads decides where a further response begins: the
 * connection has been closed.
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
      // A line may have been cut off where the parser gave up.
      const headers = headersIn(end === null ? lines.slice(0, -1) : lines);
      // With the line end of its last line, which may be the one that is wrong.
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
