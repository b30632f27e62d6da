import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Log } from '../log.ts';
import type { ServerUser } from '../server-user.ts';
import { sharedHome, userCan } from '../server-user.ts';

/** Names the place of the cluster when it cannot lie in the data folder itself. */
const LOCATION_FILE = 'location';
/** Beside a cluster that lies outside: the data folder that it belongs to. */
const ORIGIN = '.origin';

/**
 * The folder of the PostgreSQL cluster that belongs to `dataDir`: `<dataDir>/cluster`, owned by `user`. Where that user
 * cannot enter it (a clone in /root, say), it is a folder outside, keyed by the path and remembered in `dataDir`.
 */
export function postgresHome(dataDir: string, user: ServerUser | undefined, log: Log): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  const inside = join(dataDir, 'cluster');
  const remembered = rememberedHome(dataDir);
  if (remembered !== undefined && existsSync(remembered)) return own(remembered, user);
  if (user === undefined) return own(inside, user);
  own(inside, user);
  if (userCan(user, '-w', inside)) return inside;
  if (existsSync(join(inside, 'PG_VERSION'))) {
    throw new Error(
      `User ${user.name} cannot enter ${inside}, where the database lies. Move the data folder to a place that it can enter.`,
    );
  }
  rmSync(inside, { recursive: true });
  return outside(dataDir, user, log);
}

/** Where the cluster of `dataDir` lies when it is not inside; undefined when it is, or when there is none yet. */
export function rememberedHome(dataDir: string): string | undefined {
  const file = join(dataDir, LOCATION_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Removes a cluster that lies outside. */
export function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
  rmSync(`${home}${ORIGIN}`, { force: true });
}

function outside(dataDir: string, user: ServerUser, log: Log): string {
  const path = realpathSync(dataDir);
  const key = createHash('sha256').update(path).digest('hex').slice(0, 16);
  const shared = sharedHome(user);
  removeOrphans(shared);
  const home = join(shared, `${basename(dataDir)}-${key}`);
  // The data folder knows nothing of it, so it was removed and made anew: what is left outside was thrown away with it.
  rmSync(home, { recursive: true, force: true });
  log(`User ${user.name} cannot enter ${path}: the database lies in ${home}`);
  own(home, user);
  writeFileSync(join(dataDir, LOCATION_FILE), `${home}\n`);
  writeFileSync(`${home}${ORIGIN}`, path);
  return home;
}

/**
 * Removes the clusters of temporary data folders that are gone, as tests leave them. Others are kept: a folder that is
 * not there may be a disk that is not mounted.
 */
function removeOrphans(shared: string): void {
  for (const name of readdirSync(shared).filter((entry) => entry.endsWith(ORIGIN))) {
    const file = join(shared, name);
    const origin = readFileSync(file, 'utf8');
    const temporary = [tmpdir(), '/tmp', '/var/tmp'].some((folder) => origin.startsWith(`${folder}/`));
    const home = file.slice(0, -ORIGIN.length);
    if (!temporary || existsSync(origin) || existsSync(join(home, 'postmaster.pid'))) continue;
    removeHome(home);
  }
}

/** PostgreSQL wants its folder to be its own and closed to others. */
function own(home: string, user: ServerUser | undefined): string {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  chmodSync(home, 0o700);
  if (user !== undefined) chownSync(home, user.uid, user.gid);
  return home;
}
