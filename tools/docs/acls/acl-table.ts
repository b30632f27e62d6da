import type { Acl } from '@signet/kafka';

/** What one row of the table of docs/guides/connecting.md says. */
export interface AclRow {
  /** A service, or commands that have the same rights. */
  readonly who: string;
  /** Without users; each name as the page has it. */
  readonly acls: readonly Omit<Acl, 'user'>[];
}

const HEAD =
  '| who | topics: `READ` | topics: `WRITE` | topics: `CREATE` | topics: `DESCRIBE` | topics: `DESCRIBE_CONFIGS` | groups: `READ`, `DELETE` | groups: `DESCRIBE` |';
const SOURCES = 'the source topics';

/** Of the columns behind the first. */
const COLUMNS: readonly { readonly on: Acl['on']; readonly operations: readonly Acl['operation'][] }[] = [
  { on: 'TOPIC', operations: ['READ'] },
  { on: 'TOPIC', operations: ['WRITE'] },
  { on: 'TOPIC', operations: ['CREATE'] },
  { on: 'TOPIC', operations: ['DESCRIBE'] },
  { on: 'TOPIC', operations: ['DESCRIBE_CONFIGS'] },
  { on: 'GROUP', operations: ['READ', 'DELETE'] },
  { on: 'GROUP', operations: ['DESCRIBE'] },
];

/**
 * The ACLs that the page gives, for an installation with this prefix and these source topics.
 *
 * @throws when the page has no such table any more
 */
export function aclTable(page: string, prefix: string, sources: readonly string[]): AclRow[] {
  const [, table] = page.split(`${HEAD}\n`);
  if (table === undefined) throw new Error(`The page has no table with the head ${HEAD}`);
  const rows = table.split('\n').slice(1);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end === -1 ? rows.length : end).map((line) => {
    const [who = '', ...cells] = line.split('|').slice(1, -1);
    const acls = COLUMNS.flatMap(({ on, operations }, at) =>
      namesOf(cells[at] ?? '', prefix, sources).flatMap((name) =>
        operations.map((operation) => ({ on, operation, name })),
      ),
    );
    return { who: who.replaceAll('`', '').trim(), acls };
  });
}

const namesOf = (cell: string, prefix: string, sources: readonly string[]): string[] => [
  ...(cell.includes(SOURCES) ? sources : []),
  ...[...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => `${prefix}${name}`),
];
