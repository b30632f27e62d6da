import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.ts';
import { memberNameAt, skipSpace, skipString } from './json-members.ts';

/**
 * Number of members of all objects in a JSON text. JSON.parse keeps only one of two members with the same name: if
 * its result has fewer keys than the text has members, there is a duplicate. This costs one look at each byte. Only a
 * text that is refused anyway is searched for the duplicate name.
 *
 * @param json has passed JSON.parse
 */
export function countMembers(json: Buffer): number {
  let members = 0;
  const { length } = json;
  for (let index = 0; index < length; index++) {
    const byte = json[index];
    if (byte === COLON) members += 1;
    if (byte !== QUOTE) continue;
    index += 1;
    for (let inner = json[index]; inner !== QUOTE && index < length; inner = json[index])
      index += inner === BACKSLASH ? 2 : 1;
  }
  return members;
}

/** An object (its names so far) or a list (the index of the element) that is still open. */
interface Open {
  readonly names: Set<string> | undefined;
  /** Name of the member, or index of the element, that is being read. */
  step: string | number;
}

/**
 * The path of the first member whose object already has a member of the same name, such as `items.1.sku`; undefined
 * if there is none. Names are compared after decoding, so `"a"` and `"\u0061"` are equal. Without recursion: the
 * sender chooses the depth.
 *
 * @param json has passed JSON.parse
 */
export function duplicateKey(json: Buffer): string | undefined {
  const open: Open[] = [];
  for (let index = skipSpace(json, 0); index < json.length; index = skipSpace(json, index)) {
    const byte = json[index];
    const inside = open.at(-1);
    if (byte === OPEN_BRACE) open.push({ names: new Set(), step: '' });
    else if (byte === OPEN_BRACKET) open.push({ names: undefined, step: 0 });
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) open.pop();
    else if (byte === COMMA && typeof inside?.step === 'number') inside.step += 1;
    else if (byte === QUOTE) {
      const end = skipString(json, index);
      // A string before a colon is a name.
      if (inside?.names && json[skipSpace(json, end)] === COLON) {
        inside.step = memberNameAt(json, index, end);
        if (inside.names.has(inside.step)) return open.map(({ step }) => step).join('.');
        inside.names.add(inside.step);
      }
      index = end;
      continue;
    }
    index += 1;
  }
  return undefined;
}
