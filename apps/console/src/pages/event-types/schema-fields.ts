export interface SchemaField {
  readonly name: string;
  readonly type: string;
  readonly description: string | undefined;
  readonly isRequired: boolean;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The top-level fields of an object's JSON Schema, for people; the details are in the schema itself. */
export function fieldsOfSchema(schema: Readonly<Record<string, unknown>>): readonly SchemaField[] {
  const { properties = {}, required = [] } = schema as Schema;
  return Object.entries(properties).map(([name, field]) => ({
    name,
    type: typeName(field),
    description: field.description,
    isRequired: required.includes(name),
  }));
}

function typeName({ type, enum: values, items, format, anyOf = [], oneOf = [] }: Schema): string {
  if (values) return values.map(String).join(', ');
  const alternatives = [...anyOf, ...oneOf].filter((one) => one.type !== 'null').map(typeName);
  // `null` is left out: nearly every field may be null as well as missing, so it would tell nothing.
  const names = [...new Set([...[type ?? []].flat(), ...alternatives])].filter((name) => name !== 'null');
  if (names.length === 0) return 'any';
  const known = names.map((name) => (name === 'array' && items ? `list of ${typeName(items)}` : name));
  return format ? `${known.join(' or ')} (${format})` : known.join(' or ');
}
