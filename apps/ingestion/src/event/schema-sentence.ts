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

/** What a schema wants of a field, behind the field's name: `must be a number or null`. */
export function schemaSentence(errors: readonly ErrorObject[]): string {
  const [first] = errors;
  // Where there are alternatives, ajv tells of each before it tells that none fits; of one field they are one sentence.
  const wanted = errors.filter(
    ({ keyword, instancePath }) => keyword !== 'anyOf' && instancePath === first?.instancePath,
  );
  const nouns = wanted.flatMap(nounsOf);
  if (nouns.length === 0) return wanted[0]?.message ?? 'does not fit the schema';
  return `must be ${alternatives([...new Set(nouns)])}`;
}

/** What would have been right; nothing where the keyword is none that our schemas use. */
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
