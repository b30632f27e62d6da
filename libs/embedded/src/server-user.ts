import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';

/** The user under which PostgreSQL runs, since it refuses to run as root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The user for PostgreSQL if we are root: `postgres` if it exists, else `nobody`. undefined: PostgreSQL runs under our own user. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined) return { name, uid, gid };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user "postgres" nor a user "nobody". ' +
      'Run this as an ordinary user, or set SIGNET_DATABASE_URL to a database of yours.',
  );
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

/** Whether that user can do what the shell test says with the path: `-x` enter or run it, `-w` write it, `-r` read it. */
export function userCan(user: ServerUser, test: '-x' | '-w' | '-r', path: string): boolean {
  const options = { uid: user.uid, gid: user.gid, cwd: '/' } as const;
  return spawnSync('/bin/sh', ['-c', `test ${test} "$1"`, 'sh', path], options).status === 0;
}

/**
 * A folder of root's that every user can enter, for what PostgreSQL cannot reach at its usual place: /var/lib/signet,
 * which outlives a restart of the machine, else one under the temporary folder.
 */
export function sharedHome(user: ServerUser): string {
  for (const home of ['/var/lib/signet', '/var/tmp/signet', join(tmpdir(), 'signet')]) {
    try {
      mkdirSync(home, { recursive: true, mode: 0o755 });
      const entry = lstatSync(home);
      // Another user may have made a folder (or link) of that name in a place where all users may write: it must not be trusted.
      if (!entry.isDirectory() || entry.uid !== 0) continue;
      chmodSync(home, 0o755);
      if (userCan(user, '-x', home)) return home;
    } catch {
      continue;
    }
  }
  throw new Error(`Found no folder that user ${user.name} can enter. Set SIGNET_DATABASE_URL to a database of yours.`);
}

/** Gives all users the right to read a tree, to enter its folders, and to run the files that root can run. */
export function openTree(path: string): void {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink()) return;
  if (!entry.isDirectory()) return chmodSync(path, (entry.mode & 0o100) === 0 ? 0o644 : 0o755);
  chmodSync(path, 0o755);
  for (const name of readdirSync(path)) openTree(join(path, name));
}
