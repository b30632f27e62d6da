import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata } from '@nestjs/common';
import type { z } from 'zod';
import { fieldErrors } from './field-errors.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';

/**
 * Checks what comes in against the zod schema of `@Body({ schema })`, `@Query({ schema })` and `@Param({ schema })`,
 * and hands the handler what the schema made of it. A body that breaks a rule is a 422, the rest a 400.
 */
export class ProblemValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!schema || !this.toValidate(metadata)) return value;
    this.stripProtoKeys(value);
    const result = await this.validate<T>(value, schema);
    if (result.issues) throw invalid(metadata, result.issues as readonly z.core.$ZodIssue[], value);
    return result.value;
  }
}

function invalid(metadata: ArgumentMetadata, issues: readonly z.core.$ZodIssue[], value: unknown): Problem {
  switch (metadata.type) {
    case 'query':
      return problem(400, 'invalid_query', 'The query breaks a rule; see errors.', {
        errors: fieldErrors(issues, value, metadata.data ?? 'query'),
      });
    case 'param':
      return problem(400, 'invalid_path', 'The path breaks a rule; see errors.', {
        errors: fieldErrors(issues, value, metadata.data ?? 'path'),
      });
    default:
      return problem(422, 'invalid_body', 'The body breaks a rule; see errors.', {
        errors: fieldErrors(issues, value, metadata.data ?? 'body'),
      });
  }
}
