import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata } from '@nestjs/common';
import type { z } from 'zod';
import { fieldErrors } from './field-errors.ts';
import { problem } from './problem.ts';
import type { FieldError, Problem } from './problem.ts';
import { textErrors } from './text-errors.ts';

/**
 * Checks a request against the zod schemas of `@Body({ schema })`, `@Query({ schema })` and `@Param({ schema })`, and gives the
 * handler the parsed values. Texts that cannot be stored are refused before that, in paths too. A body that breaks a rule is
 * a 422, a query or path a 400.
 */
export class ProblemValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema, type } = metadata;
    if (type === 'param' || schema) refuseTexts(metadata, value);
    if (!schema || !this.toValidate(metadata)) return value;
    if (type === 'query') refuseRepeated(metadata, value);
    this.stripProtoKeys(value);
    const result = await this.validate<T>(value, schema);
    if (result.issues) {
      const issues = result.issues as readonly z.core.$ZodIssue[];
      throw invalid(metadata, fieldErrors(issues, value, wholeOf(metadata)));
    }
    return result.value;
  }
}

/** Refused even if the schema allows it: the database would fail with such a text. */
function refuseTexts(metadata: ArgumentMetadata, value: unknown): void {
  const errors = textErrors(value, wholeOf(metadata));
  if (errors.length > 0) throw invalid(metadata, errors);
}

/** `?q=a&q=b` is refused: no query of ours has lists, so one of the two values would be ignored. */
function refuseRepeated(metadata: ArgumentMetadata, query: unknown): void {
  const repeated = Object.entries(query ?? {}).filter(([, given]) => Array.isArray(given));
  const errors = repeated.map(([field]) => ({ field, rule: 'repeated', detail: 'It is given once.' }));
  if (errors.length > 0) throw invalid(metadata, errors);
}

const WHOLE: Partial<Record<ArgumentMetadata['type'], string>> = { query: 'query', param: 'path' };
const wholeOf = ({ type, data }: ArgumentMetadata): string => data ?? WHOLE[type] ?? 'body';

/** A request of 2 MB may break a hundred thousand rules; the answer names only the first ones. */
const MAX_ERRORS = 100;

function invalid({ type }: ArgumentMetadata, all: readonly FieldError[]): Problem {
  const errors = all.slice(0, MAX_ERRORS);
  switch (type) {
    case 'query':
      return problem(400, 'invalid_query', 'The query breaks a rule; see errors.', { errors });
    case 'param':
      return problem(400, 'invalid_path', 'The path breaks a rule; see errors.', { errors });
    default:
      return problem(422, 'invalid_body', 'The body breaks a rule; see errors.', { errors });
  }
}
