/**
 * Tables, columns and indexes that still exist and that the code no longer uses, so that a contracting migration of a later minor version
 * may drop them. The commit that removes the last use adds a line here.
 *
 * The name, behind that of the schema, is a table's, an index's, or a table's and a column's: `delivery.deliveries.old_name`. The value is
 * the first version without a use of it.
 */
export const UNUSED_SINCE: Readonly<Record<string, string>> = {};
