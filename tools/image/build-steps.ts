import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { ROOT } from '../dev/settings.ts';
import { ignoredBy } from './docker-ignore.ts';
import { pairsOf } from './dockerfile.ts';
import type { Instruction, Stage } from './dockerfile.ts';

export interface BuildOptions {
  /** Each stage's file system is a folder of its name here. */
  readonly folder: string;
  /** Folder of the Node that stands for that of the base image. */
  readonly nodeFolder: string;
  readonly say: (line: string) => void;
}

/**
 * Carries out COPY, RUN, WORKDIR and ENV of each stage, as a build would. A stage is a folder, not a root: RUN must name no absolute
 * path. The base image is empty; its Node is the one of this repository.
 *
 * @returns the folder of the last stage
 * @throws at the first step that fails
 */
export function buildStages(stages: readonly Stage[], { folder, nodeFolder, say }: BuildOptions): string {
  let root = folder;
  for (const stage of stages) {
    root = join(folder, stage.name);
    mkdirSync(root, { recursive: true });
    if (stages.some(({ name }) => name === stage.from)) cpSync(join(folder, stage.from), root, COPYING);
    const place = {
      root,
      workdir: workdirOf(stages, stage),
      env: { PATH: `${nodeFolder}:${process.env['PATH']}` } as Record<string, string>,
    };
    mkdirSync(join(root, place.workdir), { recursive: true });
    for (const instruction of stage.instructions) {
      if (instruction.name === 'ENV') Object.assign(place.env, pairsOf(instruction.text));
      if (instruction.name === 'WORKDIR') mkdirSync(join(root, instruction.text), { recursive: true });
      if (instruction.name === 'COPY') copy(instruction, folder, place);
      if (instruction.name === 'RUN') run(instruction, stage, place, say);
    }
  }
  return root;
}

interface Place {
  readonly root: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A build prints a line a file at most; this only bounds it. */
const MAX_OUTPUT_BYTES = 256 * 1_048_576;

/** Links stay as they are: the packages of the workspace are links within the image. */
const COPYING = { recursive: true, verbatimSymlinks: true } as const;

/** Ours has one WORKDIR a stage, or that of the stage below. */
function workdirOf(stages: readonly Stage[], stage: Stage): string {
  const own = stage.instructions.find(({ name }) => name === 'WORKDIR')?.text;
  const below = stages.find(({ name }) => name === stage.from);
  return own ?? (below ? workdirOf(stages, below) : '/');
}

function copy({ flags, text }: Instruction, folder: string, { root, workdir }: Place): void {
  const paths = text.split(/\s+/);
  const target = paths.pop() ?? '.';
  const source = flags['from'] === undefined ? ROOT : join(folder, flags['from']);
  const leftOut =
    flags['from'] === undefined ? ignoredBy(readFileSync(join(ROOT, '.dockerignore'), 'utf8')) : () => false;
  for (const path of paths) {
    const from = join(source, path);
    const into = target.startsWith('/') ? join(root, target) : join(root, workdir, target);
    // As Docker: the content of a folder; a file into a folder where the target ends in a slash.
    const to = statSync(from).isDirectory() || !/(^\.?|\/)$/.test(target) ? into : join(into, basename(path));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, { ...COPYING, filter: (file) => file === ROOT || !leftOut(relative(ROOT, file)) });
  }
}

function run({ text }: Instruction, { name }: Stage, { root, workdir, env }: Place, say: (line: string) => void): void {
  if (/(^|[\s=])\/\w/.test(text)) throw new Error(`RUN names an absolute path, which is not within the stage: ${text}`);
  say(`${name}: RUN ${text}`);
  // The command gets npm's settings of this machine, but no settings of Signet, since an image has none.
  const ofMachine = Object.entries(process.env).filter(([variable]) => !/^(SIGNET_|NODE_ENV$)/.test(variable));
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', text], {
    cwd: join(root, workdir),
    env: { ...Object.fromEntries(ofMachine), ...env },
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (status !== 0) throw new Error(`RUN failed with ${status}: ${text}\n${stdout}\n${stderr}`);
}
