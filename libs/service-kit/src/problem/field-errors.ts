import type { z } from 'zod';
import type { FieldError } from './problem.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Turns the issues of a zod schema into errors for people and programs. A key that the schema does not know is `unknown_field`;
 * a missing one is `required`. `refine(…, { params: { rule } })` gives a rule a name of its own.
 *
 * @param input the value that was parsed, to distinguish a missing field from one of the wrong type
 * @param whole the name of the value itself, for an error without a path: `body`, `query`
 */
export function fieldErrors(issues: readonly Issue[], input: unknown, whole: string): FieldError[] {
  return issues.flatMap((issue) => describe(issue, input, whole));
}

function describe(issue: Issue, input: unknown, whole: string): FieldError[] {
  const field = fieldName(issue.path, whole);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: fieldName([...issue.path, key], whole),
      rule: 'unknown_field',
      detail: `There is no field "${key}" here.`,
    }));
  }
  if (valueAt(input, issue.path) === undefined && isAboutPresence(issue)) {
    return [{ field, rule: 'required', detail: 'It is required.' }];
  }
  if (issue.code === 'invalid_union') {
    const nearest = nearestBranch(issue.errors);
    if (nearest) {
      return fieldErrors(
        nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
        input,
        whole,
      );
    }
  }
  return [{ field, rule: ruleOf(issue), detail: sentence(issue) }];
}

const fieldName = (path: Path, whole: string): string => (path.length === 0 ? whole : path.map(String).join('.'));

const isAboutPresence = (issue: Issue): boolean =>
  issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union';

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** The branch of a union that the value matches best: the one with the deepest issues, and among these with the fewest. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]): number => Math.max(...issues.map(({ path }) => path.length));
  return branches.filter((issues) => issues.length > 0).sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
}

function ruleOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_format':
      return issue.format === 'regex' ? 'pattern' : `invalid_${issue.format}`;
    case 'invalid_value':
      return 'not_allowed';
    case 'custom':
      return typeof issue.params?.['rule'] === 'string' ? issue.params['rule'] : 'invalid';
    default:
      return issue.code;
  }
}

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item', set: 'item', map: 'item' };
/** Common words for zod's names of types. */
const NOUNS: Readonly<Record<string, string>> = { int: 'whole number', record: 'object' };
const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'a UUID',
  url: 'a URL',
  email: 'an e-mail address',
  datetime: 'a time in RFC 3339, such as 2026-01-31T12:00:00Z',
};

function sentence(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `It must be ${aOrAn(NOUNS[issue.expected] ?? issue.expected)}.`;
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_value':
      return `It must be one of ${issue.values.map(String).join(', ')}.`;
    case 'invalid_format':
      return FORMATS[issue.format] ? `It must be ${FORMATS[issue.format]}.` : asSentence(issue.message);
    case 'not_multiple_of':
      return `It must be a multiple of ${issue.divisor}.`;
    default:
      return asSentence(issue.message);
  }
}

/** "It must have at least 1 character." or "It must be at most 200." */
function bound(origin: string, comparison: string, limit: number | bigint): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `It must be ${comparison} ${limit}.`;
  return `It must have ${comparison} ${limit} ${unit}${Number(limit) === 1 ? '' : 's'}.`;
}

const aOrAn = (noun: string): string => (/^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`);
const asSentence = (message: string): string => (message.endsWith('.') ? message : `${message}.`);
