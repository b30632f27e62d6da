import { isUtf8 } from 'node:buffer';
import { problem } from '../../problem/problem.ts';
import type { Problem } from '../../problem/problem.ts';

/**
 * Deeper than any body of the API. A body that is nested deeper is refused before it is parsed: to parse it would take seconds,
 * and recursive code that walks through it would overflow its stack.
 */
const MAX_DEPTH = 64;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The reason why a body is refused although JSON.parse may accept it; undefined if there is none. */
export function jsonFault(body: Buffer): Problem | undefined {
  if (!isUtf8(body)) return problem(400, 'malformed_json', 'The body is not JSON in UTF-8.');
  const fault = structureFault(body);
  if (fault === 'too_deep') return problem(400, 'too_deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  if (fault === undefined) return undefined;
  const { repeated: field } = fault;
  // JSON.parse would use the last one, and silently ignore the other.
  const errors = [{ field, rule: 'repeated', detail: `The field "${field}" is there twice.` }];
  return problem(400, 'repeated_field', 'The body names a field twice; see errors.', { errors });
}

/** Goes through the bytes once. Its result need not be right for bytes that are not JSON: JSON.parse refuses those. */
function structureFault(json: Buffer): 'too_deep' | { readonly repeated: string } | undefined {
  /** The names of each object that is open; null for an array. */
  const open: (Set<string> | null)[] = [];
  let isName = false;
  for (let index = 0; index < json.length; index += 1) {
    switch (json[index]) {
      case QUOTE: {
        const end = endOfString(json, index);
        const names = open.at(-1);
        if (isName && names) {
          const name = nameOf(json.toString('utf8', index, end + 1));
          if (names.has(name)) return { repeated: name };
          names.add(name);
          isName = false;
        }
        index = end;
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET:
        isName = json[index] === OPEN_BRACE;
        if (open.push(isName ? new Set() : null) > MAX_DEPTH) return 'too_deep';
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        open.pop();
        isName = false;
        break;
      case COMMA:
        isName = open.at(-1) instanceof Set;
        break;
    }
  }
  return undefined;
}

/** The place of the quote that ends the string which begins at `start`. */
function endOfString(json: Buffer, start: number): number {
  let index = start + 1;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index;
}

/** `"a"` and `"\u0061"` are the same name. */
function nameOf(literal: string): string {
  try {
    return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
  } catch {
    return literal;
  }
}
