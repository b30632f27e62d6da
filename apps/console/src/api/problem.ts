import type { FieldError } from './model.ts';

/** An answer that is not 2xx, with the fields of its problem+json (RFC 9457) as far as it has them. */
export class ApiProblem extends Error {
  readonly status: number;
  /** Stable, unlike the sentence. `unreachable`: no answer came. */
  readonly code: string;
  readonly fields: readonly FieldError[];
  /** Id of the request, for the person who is asked for help. */
  readonly instance: string | undefined;

  constructor(status: number, code: string, detail: string, fields: readonly FieldError[] = [], instance?: string) {
    super(detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.instance = instance;
  }
}

/**
 * Reads the problem from the body of an answer. A body that is no problem (of a proxy, for example) becomes a
 * sentence about it.
 */
export function problemFrom(status: number, body: string): ApiProblem {
  try {
    const { code, detail, errors, instance } = JSON.parse(body) as Record<string, unknown>;
    if (typeof code === 'string' && typeof detail === 'string') {
      const fields = Array.isArray(errors) ? (errors as FieldError[]) : [];
      return new ApiProblem(status, code, detail, fields, typeof instance === 'string' ? instance : undefined);
    }
  } catch {
    // Not JSON.
  }
  return new ApiProblem(status, 'unknown', `The server answered ${status}.`);
}

/** The sentence to show for any thrown error. */
export const sentenceOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'An unknown error occurred.';

/**
 * The errors of a form by field. An error of a part (`headers.x-shop`, `events.1`) is shown at the part's field if
 * the form has one, else at the whole field. Other errors are left for the head of the form.
 *
 * @param known fields of the form
 */
export function errorsByField(
  error: unknown,
  known: readonly string[],
): { readonly fields: Readonly<Record<string, string>>; readonly rest: readonly string[] } {
  if (!(error instanceof ApiProblem)) return { fields: {}, rest: error ? [sentenceOf(error)] : [] };
  if (error.fields.length === 0) return { fields: {}, rest: [error.message] };
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { field, detail } of error.fields) {
    const [first = '', ...parts] = field.split('.');
    const part = parts.join('.');
    const shownAt = known.includes(field) ? field : first;
    const sentence = shownAt === field || /^\d+$/.test(part) ? detail : `${part}: ${detail}`;
    if (!known.includes(shownAt)) rest.push(field === '' ? detail : `${field}: ${detail}`);
    else fields[shownAt] = fields[shownAt] === undefined ? sentence : `${fields[shownAt]} ${sentence}`;
  }
  return { fields, rest };
}
