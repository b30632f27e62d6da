import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts';

export interface ByteRange {
  readonly start: number;
  /** The index after the last byte. */
  readonly end: number;
}

/**
 * The byte ranges of the values of a JSON object's members, by name. The text has passed JSON.parse, so this only
 * needs to find the members. The bytes are passed on unchanged, so numbers keep their digits and objects their order.
 * If a name occurs twice, both ranges are returned, in order.
 */
export function memberRanges(json: Buffer, at = 0): [name: string, range: ByteRange][] {
  const members: [string, ByteRange][] = [];
  let index = skipSpace(json, skipSpace(json, at) + 1);
  while (json[index] !== CLOSE_BRACE && index < json.length) {
    const nameEnd = skipString(json, index);
    const name = memberNameAt(json, index, nameEnd);
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = skipValue(json, start);
    members.push([name, { start, end }]);
    index = skipSpace(json, end);
    if (json[index] === COMMA) index = skipSpace(json, index + 1);
  }
  return members;
}

/** The byte ranges of the elements of a JSON array, which has passed JSON.parse. */
export function elementRanges(json: Buffer): ByteRange[] {
  const elements: ByteRange[] = [];
  let index = skipSpace(json, skipSpace(json, 0) + 1);
  while (json[index] !== CLOSE_BRACKET && index < json.length) {
    const end = skipValue(json, index);
    elements.push({ start: index, end });
    index = skipSpace(json, end);
    if (json[index] === COMMA) index = skipSpace(json, index + 1);
  }
  return elements;
}

/** The decoded name of a member; `start` is its opening quote, and `end` is the index after its closing quote. */
export const memberNameAt = (json: Buffer, start: number, end: number): string =>
  JSON.parse(json.toString('utf8', start, end)) as string;

export function skipSpace(json: Buffer, from: number): number {
  let index = from;
  for (let byte = json[index]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;) byte = json[++index];
  return index;
}

export function skipString(json: Buffer, from: number): number {
  let index = from + 1;
  while (json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index + 1;
}

function skipValue(json: Buffer, from: number): number {
  const first = json[from];
  if (first === QUOTE) return skipString(json, from);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipScalar(json, from);
  let depth = 0;
  for (let index = from; index < json.length;) {
    const byte = json[index];
    if (byte === QUOTE) {
      index = skipString(json, index);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    index += 1;
    if (depth === 0) return index;
  }
  return json.length;
}

/** Numbers, true, false and null end before a comma, a closing sign or white space. */
function skipScalar(json: Buffer, from: number): number {
  let index = from;
  for (let byte = json[index]; index < json.length; byte = json[++index]) {
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || (byte ?? 0) <= 0x20) break;
  }
  return index;
}
