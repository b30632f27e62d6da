import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

/** One broken rule. `field` is a dotted path such as `events.0`, `rule` a stable word, `detail` a sentence for people. */
export interface FieldError {
  readonly field: string;
  readonly rule: string;
  readonly detail: string;
}

/** The body of an error: `application/problem+json` (RFC 9457) with our extension members `code` and `errors`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance?: string;
  readonly errors?: readonly FieldError[];
}

export interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  /** Headers of the response, such as WWW-Authenticate or Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** The stable identity of a kind of problem. It is a URN, since we serve no page at an address for it. */
export const problemType = (code: string): string => `urn:signet:problem:${code}`;

/** An error that a client may see: the meaning of `code` never changes; `detail` is for people and may change. */
export class Problem extends HttpException {
  override readonly name = 'Problem';
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, detail: string, options: ProblemOptions = {}) {
    super(detail, status, { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  /** @param instance a URI for this one occurrence, such as that of the request */
  toDocument(instance?: string): ProblemDocument {
    return {
      type: problemType(this.code),
      title: STATUS_CODES[this.getStatus()] ?? 'Error',
      status: this.getStatus(),
      code: this.code,
      detail: this.detail,
      ...(instance !== undefined && { instance }),
      ...(this.errors !== undefined && { errors: this.errors }),
    };
  }
}

/** `throw problem(404, 'webhook_not_found', 'There is no such webhook.')` */
export const problem = (status: number, code: string, detail: string, options?: ProblemOptions): Problem =>
  new Problem(status, code, detail, options);
