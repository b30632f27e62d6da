import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultCacheDir, ROOT } from '../../dev/settings.ts';

const run = promisify(execFile);
/** Of a commit, as part of a folder's name. */
const SHORT_ID = 12;

/** A version of Signet that is built in a folder: `<root>/apps/<service>/dist/main.js`. */
export interface BuiltVersion {
  readonly version: string;
  readonly root: string;
}

/** The version in this folder. The caller has built it already. */
export const thisVersion = (): BuiltVersion => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return { version, root: ROOT };
};

/**
 * The newest minor version that the changelog says is out, as its tag has it: taken from the history of this repository, installed with
 * `npm ci` and built, once, in the folder that keeps Kafka's jars, too.
 *
 * @throws Error with a sentence where the history does not have it, or it cannot be built
 */
export async function earlierVersion(say: (line: string) => void, stopping: AbortSignal): Promise<BuiltVersion> {
  const version = newestReleased(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'));
  const commit = await commitOf(version);
  const versions = join(process.env['SIGNET_CACHE_DIR'] ?? defaultCacheDir(process.env), 'versions');
  const root = join(versions, `${version}-${commit.slice(0, SHORT_ID)}`);
  if (existsSync(root)) return { version, root };
  say(`Building ${version}, commit ${commit.slice(0, SHORT_ID)}, once (about two minutes) …`);
  mkdirSync(versions, { recursive: true });
  const folder = mkdtempSync(join(versions, 'building-'));
  try {
    await extract(commit, folder, stopping);
    // The build needs no install script of a package: neither the one that brings Node nor the one that brings PostgreSQL.
    await command('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder, stopping);
    // Before 0.3.0 there is no such program.
    const types = join(folder, 'tools/openapi/generate-types.mjs');
    if (existsSync(types)) await command(process.execPath, [types], folder, stopping);
    await command(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc'), '-b'], folder, stopping);
    // If another run was quicker, its build is the same.
    if (!existsSync(root)) renameSync(folder, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { version, root };
}

/** @throws Error where the changelog has no version with a date */
export function newestReleased(changelog: string): string {
  const [, version] = /^## \[(\d+\.\d+\.0)\] - \d{4}-/m.exec(changelog) ?? [];
  if (version === undefined) throw new Error('CHANGELOG.md has no version that is out.');
  return version;
}

/** The commit that wrote the version's date into the changelog: a tag need not be in every clone. */
async function commitOf(version: string): Promise<string> {
  const heading = `^## \\[${version.replaceAll('.', '\\.')}\\] - [0-9]{4}-`;
  const log = ['log', '--reverse', '--format=%H', '-G', heading, '--', 'CHANGELOG.md'];
  const { stdout } = await run('git', log, { cwd: ROOT });
  const [commit = ''] = stdout.split('\n');
  if (commit === '')
    throw new Error(`The history of this clone does not go back to version ${version}: git fetch --unshallow`);
  return commit;
}

async function extract(commit: string, folder: string, stopping: AbortSignal): Promise<void> {
  const archive = join(folder, 'archive.tar');
  await command('git', ['archive', '--output', archive, commit], ROOT, stopping);
  await command('tar', ['-xf', archive, '-C', folder], ROOT, stopping);
  rmSync(archive);
}

/** @throws Error with the end of what it printed where it fails */
async function command(file: string, args: string[], cwd: string, signal: AbortSignal): Promise<void> {
  await run(file, args, { cwd, signal, maxBuffer: 64 * 1024 * 1024 }).catch((error: Error & { stdout?: string }) => {
    signal.throwIfAborted();
    throw new Error(`${[file, ...args].join(' ')} failed in ${cwd}:\n${error.stdout ?? ''}${error.message}`);
  });
}
