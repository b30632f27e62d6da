const PART = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** `schema.table` or `table`, quoted. Throws unless each part is a plain SQL name, since it becomes part of a statement. */
export function quotedTable(name: string): string {
  const parts = name.split('.');
  if (parts.length > 2) throw new Error(`"${name}" is not a table: at most a schema and a name.`);
  return parts.map(quotedName).join('.');
}

/** A column's name, quoted. */
export function quotedName(name: string): string {
  if (!PART.test(name)) throw new Error(`"${name}" is not a plain SQL name: letters, digits and _, at most 63.`);
  return `"${name}"`;
}
