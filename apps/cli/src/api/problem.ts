import { Refusal } from '../errors.ts';
import type { Problem } from './openapi.gen.ts';

/** An answer of Signet that is not 2xx. */
export class ApiProblem extends Refusal {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    /** undefined: the answer is none of Signet's, such as the page of a proxy. */
    readonly problem: Problem | undefined,
    /** Seconds, from Retry-After. */
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(sentencesOf(status, problem));
  }

  /** The same problem, whose message ends with a sentence that says what to do. */
  withAdvice(sentence: string): this {
    this.message += `\n${sentence}`;
    return this;
  }
}

/** A problem for people: its detail, and a line for each field with the rule that it breaks. */
export function sentencesOf(status: number, problem: Problem | undefined): string {
  if (problem === undefined) {
    const redirected = status >= 300 && status < 400 ? ' It redirects: give the address that it redirects to.' : '';
    return `The address answered ${status}, without a problem of Signet's. Is it Signet's address?${redirected}`;
  }
  const fields = (problem.errors ?? []).map(({ field, rule, detail }) => `  ${field} (${rule}): ${detail}`);
  return [`${problem.detail} (${status} ${problem.code})`, ...fields].join('\n');
}

export function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false;
  const { code, detail } = body as Partial<Problem>;
  return typeof code === 'string' && typeof detail === 'string';
}
