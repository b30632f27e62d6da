import type { OpenAPIObject } from '@nestjs/swagger';
import type { OpenApiOptions } from './openapi-options.ts';
import type { Operation } from './problem-responses.ts';

type Parameter = Extract<NonNullable<Operation['parameters']>[number], { in: string }>;

const ifMatch: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description:
    'The ETag that was read, such as `"3"`, or a list of ETags. When the resource has changed since, nothing is changed and the ' +
    'answer is a 412. A weak ETag matches nothing, so it gets a 412 too. `*` matches every state.',
  schema: { type: 'string' },
};

const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A repetition with the same key within 24 hours gets the response of the first request, with the header `Idempotent-Replayed: true`. ' +
    'The same key with another body gets a 422; a repetition while the first request is still running gets a 409.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]*$' },
};

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;

/**
 * Adds the parts of requests that the routes do not declare: descriptions of path parameters, If-Match for the operations that may
 * answer 412, Idempotency-Key for POSTs, and which bodies may be left out.
 */
export function describeRequests(
  { paths }: OpenAPIObject,
  { places, bodies }: Required<Pick<OpenApiOptions, 'places' | 'bodies'>>,
  withIdempotencyKeys: boolean,
): void {
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation: Operation | undefined = operations[method];
      if (!operation) continue;
      operation.parameters = (operation.parameters ?? []).map((parameter) =>
        'in' in parameter && parameter.in === 'path'
          ? { ...parameter, ...placeOf(path, parameter, places) }
          : parameter,
      );
      if ('412' in operation.responses) operation.parameters.push(ifMatch);
      if (method === 'post' && withIdempotencyKeys) operation.parameters.push(idempotencyKey);
      const content = bodies[`${method.toUpperCase()} ${path}`];
      if (content) operation.requestBody = { required: true, content };
      if (isOptional(operation)) operation.requestBody = { ...operation.requestBody!, required: false } as never;
    }
  }
}

function placeOf(path: string, { name }: Parameter, places: Readonly<Record<string, string>>) {
  const part = `{${name}}`;
  const description = places[path.slice(0, path.indexOf(part) + part.length)];
  return description === undefined ? {} : { description };
}

/** A body may be left out if its schema allows null. */
function isOptional({ requestBody }: Operation): boolean {
  if (requestBody === undefined || !('content' in requestBody)) return false;
  const schema = requestBody.content['application/json']?.schema;
  const branches = schema !== undefined && 'anyOf' in schema ? (schema.anyOf ?? []) : [];
  return branches.some((branch) => 'type' in branch && (branch.type as string) === 'null');
}
