import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Problem } from '../problem/problem.ts';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** A problem with which an operation may answer: its stable code, and its sentence for people. */
export interface PossibleProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Headers of the answer: name → description. */
  readonly headers?: Readonly<Record<string, string>>;
}

const MEDIA_TYPE = 'application/problem+json';

/** The OpenAPI response for the problems with one status: the Problem schema, and one example for each code. */
export function problemResponse(problems: readonly PossibleProblem[]) {
  const [first] = problems;
  const headers = Object.assign({}, ...problems.map((problem) => problem.headers ?? {})) as Record<string, string>;
  return {
    description: `${STATUS_CODES[first?.status ?? 500] ?? 'Error'}: ${problems.map(({ code }) => `\`${code}\``).join(', ')}.`,
    ...(Object.keys(headers).length > 0 && { headers: headersOf(headers) }),
    content: {
      [MEDIA_TYPE]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(
          problems.map(({ status, code, detail }) => [
            code,
            { value: new Problem(status, code, detail).toDocument() as object },
          ]),
        ),
      },
    },
  };
}

export const headersOf = (descriptions: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' as const } },
    ]),
  );

/** Adds problems to those that an operation declares itself. */
export function addProblems(operation: Operation, problems: readonly PossibleProblem[]): void {
  const responses = operation.responses as Record<string, ReturnType<typeof problemResponse> | undefined>;
  for (const status of new Set(problems.map((problem) => problem.status))) {
    const added = problemResponse(problems.filter((problem) => problem.status === status));
    const declared = responses[status];
    const examples = { ...declared?.content?.[MEDIA_TYPE]?.examples, ...added.content[MEDIA_TYPE]!.examples };
    responses[status] = {
      ...added,
      description: `${STATUS_CODES[status] ?? 'Error'}: ${Object.keys(examples)
        .map((code) => `\`${code}\``)
        .join(', ')}.`,
      content: { [MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' }, examples } },
    };
  }
}
