/** Why a statement of a migration would disturb the version before; undefined: it does not. */
export type Judged = string | undefined;

const NAME = '(?:if not exists )?([a-z_][a-z0-9_.]*)';
const CREATE_TABLE = new RegExp(`^create table ${NAME} ?\\((.*)\\)$`);
const CREATE_PARTITION = new RegExp(`^create table ${NAME} partition of ([a-z_][a-z0-9_.]*) for values `);
const CREATE_INDEX = new RegExp(
  `^create (unique )?index (concurrently )?(?:${NAME} )?on (?:only )?([a-z_][a-z0-9_.]*)[ (]`,
);
const ALTER_TABLE = /^alter table (?:if exists )?(?:only )?([a-z_][a-z0-9_.]*) (.*)$/;
const ADD_COLUMN = new RegExp(`^add (?:column )?${NAME} (.*)$`);
/** A type such as `timestamptz`, `numeric(10, 2)`, `double precision`, `text[]`; then what the column is. */
const COLUMN =
  /^(?<type>[a-z][a-z0-9_]*(?: precision| varying| with(?:out)? time zone)?(?: ?\([\d, ]+\))?(?:\[\])*)(?<rest>(?: not null| null| default \S+)*)$/;
const CONSTANT = /^(?:-?\d+(?:\.\d+)?|true|false|null|''|'[^']*'|'[^']*'::[a-z][a-z0-9_]*(?:\[\])?)$/;
const REFERENCES = /\breferences ([a-z_][a-z0-9_.]*)/g;
const DROP_COLUMN = /^drop column (?:if exists )?([a-z_][a-z0-9_]*)$/;
const DROP = /^drop (?:table|index|view|function) (?:concurrently )?(?:if exists )?([a-z_][a-z0-9_.]*)(?:\(.*\))?$/;

/** Lower case, one space between words, without comments, quotes of names and the insides of texts; one statement each. */
export const statementsOf = (sql: string): string[] =>
  sql
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' ')
    .split(';')
    .map((one) => one.replaceAll('"', '').replaceAll(/\s+/g, ' ').trim().toLowerCase())
    .filter((one) => one !== '');

/**
 * Judges a statement of a migration that expands. Only the statements in this table are allowed; every other one is refused, because
 * its effect on the version before has not been considered.
 *
 * | may | because the version before |
 * |---|---|
 * | make a table, or a partition of one of this release | does not know it |
 * | add a column that may be null or has a constant default | inserts without it, and no row is rewritten under a lock |
 * | index a table of this release | does not write to it |
 * | index another one `concurrently`, not uniquely | goes on writing meanwhile, and none of its rows is refused |
 *
 * @param made tables of this release so far; a table that the statement makes is added
 */
export function judgeExpanding(statement: string, made: Set<string>): Judged {
  const [, table, columns = ''] = CREATE_TABLE.exec(statement) ?? [];
  if (table !== undefined) {
    made.add(table);
    const [other] = [...columns.matchAll(REFERENCES)].map(([, name = '']) => name).filter((name) => !made.has(name));
    return other && `a reference to ${other}, which the version before uses, forbids it to remove rows`;
  }
  const [, partition, parent] = CREATE_PARTITION.exec(statement) ?? [];
  if (partition !== undefined && parent !== undefined) {
    made.add(partition);
    return made.has(parent)
      ? undefined
      : `a partition of ${parent} takes rows that the version before writes elsewhere`;
  }
  const index = CREATE_INDEX.exec(statement);
  if (index) return judgeIndex(index, made);
  const [, altered, actions] = ALTER_TABLE.exec(statement) ?? [];
  if (altered === undefined || actions === undefined)
    return 'an expanding migration makes tables, columns and indexes only';
  return parts(actions).map(judgeAction).find(Boolean);
}

function judgeIndex([, unique, concurrently, , on = '']: RegExpExecArray, made: ReadonlySet<string>): Judged {
  if (made.has(on)) return undefined;
  if (unique) return `a unique index on ${on} refuses what the version before may write`;
  return concurrently ? undefined : `an index on ${on} that is not made concurrently lets the version before wait`;
}

function judgeAction(action: string): Judged {
  const [, name, definition = ''] = ADD_COLUMN.exec(action) ?? [];
  if (name === undefined || name === 'constraint') return `"${action}" is no new column`;
  const { rest } = COLUMN.exec(definition)?.groups ?? {};
  if (rest === undefined) return `the column ${name} has more than a type, a constant default, and null or not`;
  const [, value] = / default (\S+)/.exec(rest) ?? [];
  if (value !== undefined && !CONSTANT.test(value)) return `the default of ${name} is no constant`;
  const needsValue = rest.includes(' not null') && (value === undefined || value === 'null');
  return needsValue ? `the version before inserts no ${name}` : undefined;
}

/**
 * Judges a statement of a migration that contracts. It may only remove things that no version uses that may run beside it.
 *
 * @param isUnused of `table`, `table.column` or the name of an index: whether the version before does without it
 */
export function judgeContracting(statement: string, isUnused: (name: string) => boolean): Judged {
  const [, dropped] = DROP.exec(statement) ?? [];
  if (dropped !== undefined) return isUnused(dropped) ? undefined : `${dropped} is not listed as unused`;
  const [, table, actions = ''] = ALTER_TABLE.exec(statement) ?? [];
  if (table === undefined) return 'a contracting migration drops tables, columns, indexes, views and functions only';
  return parts(actions)
    .map((action) => {
      const [, column] = DROP_COLUMN.exec(action) ?? [];
      if (column === undefined) return `"${action}" drops no column`;
      return isUnused(`${table}.${column}`) ? undefined : `${table}.${column} is not listed as unused`;
    })
    .find(Boolean);
}

/** Splits at the commas that are not in brackets. */
function parts(actions: string): string[] {
  const found = [''];
  let depth = 0;
  for (const character of actions) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) found.push('');
    else found[found.length - 1] += character;
  }
  return found.map((one) => one.trim());
}
