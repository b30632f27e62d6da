import type { FieldError } from './problem.ts';

/** NUL, which PostgreSQL keeps in no text, and half a surrogate pair, which is no character and has no UTF-8. */
const UNSTORABLE = /\u0000|\p{Surrogate}/u;
const DETAIL = 'It must hold neither U+0000 nor half a surrogate pair.';

/**
 * The texts in a parsed body, query or path that no store can keep as they are, names of fields included. Without
 * recursion: JSON may be nested deeper than the stack.
 *
 * @param whole how the value itself is called where it is a text
 */
export function textErrors(value: unknown, whole: string): FieldError[] {
  const errors: FieldError[] = [];
  const rest: { field: string; value: unknown }[] = [{ field: '', value }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { field } = next;
    if (typeof next.value === 'string') {
      if (UNSTORABLE.test(next.value)) errors.push({ field: field || whole, rule: 'characters', detail: DETAIL });
    } else if (typeof next.value === 'object' && next.value !== null && !ArrayBuffer.isView(next.value)) {
      for (const [name, inner] of Object.entries(next.value)) {
        if (UNSTORABLE.test(name)) errors.push({ field: field || whole, rule: 'characters', detail: DETAIL });
        else rest.push({ field: field === '' ? name : `${field}.${name}`, value: inner });
      }
    }
  }
  return errors.reverse();
}
