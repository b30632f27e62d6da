import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../log.ts';
import type { ServerUser } from '../server-user.ts';

export interface Cluster {
  /** Folder with bin/initdb. */
  readonly binaries: string;
  readonly cluster: string;
  readonly dataDir: string;
  readonly user: ServerUser | undefined;
  readonly log: Log;
}

const PASSWORD_FILE = 'password';

/** The superuser's password, made with the cluster and kept beside it in mode 600. */
export const passwordOf = (dataDir: string): string => readFileSync(join(dataDir, PASSWORD_FILE), 'utf8').trim();

/**
 * Makes the cluster unless it is there. PG_VERSION is not the proof: initdb writes it early, so a start that was killed
 * half-way leaves it. The proof is global/pg_control together with our own mark, written last.
 */
export async function initialiseCluster(options: Cluster): Promise<void> {
  const { cluster, dataDir } = options;
  const done = join(dataDir, 'initialised');
  if (existsSync(done) && existsSync(join(cluster, 'global/pg_control'))) return;
  if (existsSync(done))
    throw new Error(`The database of ${dataDir} is gone from ${cluster}. Remove ${dataDir} to start anew.`);
  options.log('Making a new PostgreSQL database');
  for (const name of readdirSync(cluster)) rmSync(join(cluster, name), { recursive: true });
  writeFileSync(join(dataDir, PASSWORD_FILE), `${randomBytes(18).toString('hex')}\n`, { mode: 0o600 });
  await initdb(options);
  writeFileSync(done, '');
}

async function initdb({ binaries, cluster, dataDir, user }: Cluster): Promise<void> {
  // initdb reads the password as its own user and wants the cluster's folder empty, so the copy lies in a sibling.
  const passwordFile = `${cluster}.password`;
  writeFileSync(passwordFile, passwordOf(dataDir), { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  const args = ['-D', cluster, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  args.push('-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C');
  try {
    await run(join(binaries, 'bin/initdb'), args, { cwd: cluster, user });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function run(command: string, args: string[], options: { cwd: string; user: ServerUser | undefined }): Promise<void> {
  return new Promise((resolve, reject) => {
    const { cwd, user } = options;
    const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
    const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'], ...identity });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${signal ?? `exit code ${code}`}:\n${output}`));
    });
  });
}
