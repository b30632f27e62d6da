import type { FieldError } from './problem.ts';

/** NUL, which PostgreSQL cannot store in a text, and half a surrogate pair, which is no character and has no form in UTF-8. */
const UNSTORABLE = /\u0000|\p{Surrogate}/u;
const DETAIL = 'It must hold neither U+0000 nor half a surrogate pair.';

/**
 * Finds the texts in a parsed body, query or path that cannot be stored unchanged, names of fields included. It does not use
 * recursion, since JSON may be nested deeper than the stack.
 *
 * @param whole the name of the value itself, for a value that is a text
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
