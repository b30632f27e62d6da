import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { headersOf, problemResponse } from './problem-responses.ts';

export interface AnswerOptions {
  /** Headers of the answer: name → description. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly example?: unknown;
}

/** The answer of a route to a request that succeeds. Without a schema the answer has no body. */
export const Answers = (status: number, description: string, schema?: z.ZodType, options: AnswerOptions = {}) =>
  ApiResponse({
    status,
    description,
    ...(options.headers && { headers: headersOf(options.headers) }),
    ...(schema && {
      content: {
        'application/json': {
          schema: jsonSchemaOf(schema, 'output'),
          ...(options.example !== undefined && { example: options.example }),
        },
      },
    }),
  });

/** The problems with one status of a route, in addition to those that every route may answer with: code → detail. */
export const Fails = (status: number, details: Readonly<Record<string, string>>) =>
  ApiResponse({
    status,
    ...problemResponse(Object.entries(details).map(([code, detail]) => ({ status, code, detail }))),
  });

/** The schema of a page of a list. For items with the title `Thing` it has the title `ThingPage`. */
export const pageAnswer = <Item extends z.ZodType>(item: Item) =>
  z
    .strictObject({
      data: z.array(item),
      nextCursor: z.string().nullable().meta({ description: 'Cursor of the next page; null: this is the last page.' }),
    })
    .meta(titleOfPage(item));

const titleOfPage = (item: z.ZodType): { title?: string } => {
  const title = item.meta()?.title;
  return title === undefined ? {} : { title: `${title}Page` };
};

/** JSON Schema of draft 2020-12, the dialect of OpenAPI 3.1, in one piece without references. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const options = { io, unrepresentable: 'any', reused: 'inline' } as const;
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, options) as Record<string, unknown>;
  return rest;
}
