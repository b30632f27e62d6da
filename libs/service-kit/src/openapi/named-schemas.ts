import type { OpenAPIObject } from '@nestjs/swagger';

type Schemas = Record<string, Record<string, unknown>>;

/** Fields that hold data and not schemas: a `title` in them is not the name of a schema. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'enum', 'const']);

/**
 * Moves each schema that has a `title` to `components.schemas` under that name, and puts a `$ref` in its place, so that a
 * generated client has one type for it.
 *
 * @throws Error if two schemas that differ have one name
 */
export function nameSchemas(document: OpenAPIObject): OpenAPIObject {
  const schemas: Schemas = {};
  const paths = moved(document.paths, schemas) as OpenAPIObject['paths'];
  const sorted = Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return {
    ...document,
    paths,
    components: { ...document.components, schemas: { ...document.components?.schemas, ...sorted } },
  };
}

function moved(value: unknown, schemas: Schemas): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([key, part]) => [key, DATA.has(key) ? part : moved(part, schemas)]);
  const { title, ...schema } = Object.fromEntries(parts) as Record<string, unknown>;
  // If `title` is an object, it is a property with that name; the name of a schema is a string.
  if (typeof title !== 'string') return title === undefined ? schema : { ...schema, title };
  const known = schemas[title];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
    throw new Error(`Two schemas that differ have the name ${title}.`);
  schemas[title] = schema;
  return { $ref: `#/components/schemas/${title}` };
}
