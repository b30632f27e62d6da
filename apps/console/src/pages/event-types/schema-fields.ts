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
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The first level of an object's JSON Schema, for people; the schema itself says the rest. */
export function fieldsOfSchema(schema: Readonly<Record<string, unknown>>): readonly SchemaField[] {
  const { properties = {}, required = [] } = schema as Schema;
  return Object.entries(properties).map(([name, field]) => ({
    name,
    type: typeName(field),
    description: field.description,
    isRequired: required.includes(name),
  }));
}

function typeName({ type, enum: values, items, format }: Schema): string {
  if (values) return values.map(String).join(', ');
  const name = [type ?? 'any'].flat().join(' or ');
  if (name === 'array' && items) return `list of ${typeName(items)}`;
  return format ? `${name} (${format})` : name;
}
