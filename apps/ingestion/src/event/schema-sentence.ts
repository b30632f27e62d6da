import type { ErrorObject } from 'ajv/dist/2020.js';

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

/**
 * What a schema requires of a field, as the end of a sentence that begins with the field's name: `must be a number or
 * null`.
 */
export function schemaSentence(errors: readonly ErrorObject[]): string {
  const [first] = errors;
  // For alternatives, ajv reports an error for each before the error that none fits. Those about one field become one
  // sentence.
  const wanted = errors.filter(
    ({ keyword, instancePath }) => keyword !== 'anyOf' && instancePath === first?.instancePath,
  );
  const nouns = wanted.flatMap(nounsOf);
  if (nouns.length === 0) return wanted[0]?.message ?? 'does not fit the schema';
  return `must be ${alternatives([...new Set(nouns)])}`;
}

/** The values or types that would have been right; empty for a keyword that our schemas do not use. */
function nounsOf({ keyword, params }: ErrorObject): string[] {
  const { type, pattern } = params as { type?: string | string[]; pattern?: string };
  if (keyword === 'pattern') return [`a string that matches the pattern ${pattern}`];
  if (keyword !== 'type' || type === undefined) return [];
  return [type].flat().map((name) => NOUNS[name] ?? name);
}

/** `a`, `a or b`, `a, b or c`; null comes last. */
function alternatives(nouns: readonly string[]): string {
  const ordered = [...nouns.filter((noun) => noun !== 'null'), ...nouns.filter((noun) => noun === 'null')];
  const last = ordered.pop() ?? '';
  return ordered.length === 0 ? last : `${ordered.join(', ')} or ${last}`;
}
