/** The state of a schema, read from its tables. */
export interface SchemaState {
  /** The newest version that migrated it; undefined if no version did, or only 0.2.0 or older, which do not record it. */
  readonly version: string | undefined;
  /** Expanding migrations of ours that it lacks, in their order. */
  readonly missing: readonly string[];
  /** Contracting migrations of ours that have not run. */
  readonly uncontracted: readonly string[];
}

/** How many minor versions a service and its schema may be apart: they must be of the same minor version, or of neighbours. */
const MOST_MINORS_APART = 1;

/** Compares for a sort: above 0, below 0 or 0. A pre-release counts as its release. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)];
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** The reason why a service of version `own` must not use a schema that `newest` has migrated; undefined when it may. */
export function reasonAgainstNewer(schema: string, newest: string | undefined, own: string): string | undefined {
  if (newest === undefined || minorsAhead(newest, own) <= MOST_MINORS_APART) return undefined;
  return (
    `The schema ${schema} was migrated by version ${newest}, and this is ${own}: they are more than one minor version apart, ` +
    `so ${own} may write what ${newest} does not read. Start ${newest}, or the minor version before it.`
  );
}

/** The reason why a service that does not migrate must not use the schema as it is; undefined when it may. */
export function reasonAgainstOlder(schema: string, { missing }: SchemaState, own: string): string | undefined {
  if (missing.length === 0) return undefined;
  return (
    `The schema ${schema} lacks ${missing.length} of the migrations of version ${own}, first of all ${missing[0]}: ` +
    'run signet-admin migrate with this version, or set SIGNET_MIGRATE=at-start.'
  );
}

/**
 * Whether a schema lacks only expanding migrations of this very version: then it is a schema of the version before, and the update
 * has not begun yet.
 *
 * @param names the names of all migrations, in their order
 * @param lastOf the last migration of each minor version that was released
 */
export function lacksOnlyOwn(
  { missing }: SchemaState,
  names: readonly string[],
  lastOf: Readonly<Record<string, string>>,
  own: string,
): boolean {
  const before = Object.entries(lastOf).filter(([version]) => minorsAhead(own, version) > 0);
  const begin = Math.max(-1, ...before.map(([, name]) => names.indexOf(name))) + 1;
  return missing.length > 0 && begin > 0 && missing.every((name) => names.indexOf(name) >= begin);
}

/** The reason why contracting migrations must not run while these versions are connected; undefined when they may. */
export function reasonAgainstContracting(
  schema: string,
  { missing }: SchemaState,
  connected: readonly string[],
  own: string,
): string | undefined {
  if (missing.length > 0)
    return `The schema ${schema} lacks ${missing[0]}: run signet-admin migrate --phase expand first.`;
  const older = connected.filter((version) => compareVersions(version, own) < 0);
  if (older.length === 0) return undefined;
  return (
    `Sessions of version ${[...new Set(older)].toSorted(compareVersions).join(', ')} use the schema ${schema}: ` +
    `run signet-admin migrate --phase contract once every replica has version ${own}.`
  );
}

/** By how many minor versions `newest` is ahead. Infinity: unknown, since we do not know how many minor versions a major one has. */
export function minorsAhead(newest: string, own: string): number {
  const [a, b] = [partsOf(newest), partsOf(own)];
  if (a.major === b.major) return a.minor - b.minor;
  if (a.major < b.major) return -1;
  return a.major === b.major + 1 && a.minor === 0 ? 1 : Infinity;
}

function partsOf(version: string): { major: number; minor: number; patch: number } {
  const [major = 0, minor = 0, patch = 0] = version.split('-')[0]!.split('.').map(Number);
  return { major, minor, patch };
}
