import type { JsonSchema } from '@signet/contracts';

/** A field of a JSON Schema as a row of a table. */
export interface SchemaField {
  /** `items[].sku`: the sku of each of the items. */
  readonly path: string;
  readonly type: string;
  /** '' where the schema says no more. */
  readonly meaning: string;
}

type Properties = Readonly<Record<string, JsonSchema>>;

/** Every field of a schema, those of objects and of the items of lists behind the one that they belong to. */
export function fieldsOf(schema: JsonSchema, parent = ''): SchemaField[] {
  return Object.entries((schema['properties'] ?? {}) as Properties).flatMap(([name, field]) => {
    const path = `${parent}${name}`;
    return [{ path, type: typeOf(field), meaning: meaningOf(field) }, ...nestedOf(field, path)];
  });
}

function nestedOf(field: JsonSchema, path: string): SchemaField[] {
  const items = field['items'] as JsonSchema | undefined;
  return items ? fieldsOf(items, `${path}[].`) : fieldsOf(field, `${path}.`);
}

/** For people: `string or null`, `list of objects`, `"failing" or "gone"`. */
const typeOf = (field: JsonSchema): string => either([...new Set(namesOf(field))]);

function namesOf({ type, anyOf, enum: values, items, format }: JsonSchema): string[] {
  if (Array.isArray(values)) return values.map((value) => `\`${JSON.stringify(value)}\``);
  if (Array.isArray(anyOf)) return (anyOf as JsonSchema[]).flatMap(namesOf);
  if (format !== undefined) return [`${String(type)} (${String(format)})`];
  const names = [type ?? 'anything'].flat().map(String);
  return names.map((name) => (name === 'array' && items ? listOf(items as JsonSchema) : name));
}

const listOf = (items: JsonSchema): string => `list of ${namesOf(items)[0] ?? 'value'}s`;

/** null, which most fields may be, comes last. */
function either(unordered: readonly string[]): string {
  const names = unordered.toSorted((a, b) => Number(a === 'null') - Number(b === 'null'));
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function meaningOf({ description, pattern }: JsonSchema): string {
  const parts = [description, pattern === undefined ? undefined : `Fits \`${String(pattern)}\`.`];
  // A bar would end the cell, also within code.
  return parts
    .filter((part) => part !== undefined)
    .join(' ')
    .replaceAll('|', '\\|');
}

/** The fields as a table in Markdown. */
export const fieldTable = (schema: JsonSchema): string =>
  [
    '| field | type | meaning |',
    '|---|---|---|',
    ...fieldsOf(schema).map(({ path, type, meaning }) => `| \`${path}\` | ${type} | ${meaning} |`),
  ].join('\n');
