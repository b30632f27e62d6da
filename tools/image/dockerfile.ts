/** One instruction, its lines joined, its flags apart. */
export interface Instruction {
  readonly name: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Stage {
  /** Its name, or its number. */
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** The instructions that our Dockerfile may have: those that `npm run image` can carry out or read. */
const KNOWN = [
  'ARG',
  'FROM',
  'WORKDIR',
  'COPY',
  'RUN',
  'ENV',
  'LABEL',
  'USER',
  'EXPOSE',
  'HEALTHCHECK',
  'ENTRYPOINT',
  'CMD',
];

/**
 * Reads a Dockerfile: comments, continued lines, flags, ARG with defaults. No heredocs, no ONBUILD, no other directives.
 *
 * @throws with the instruction that it does not know
 */
export function stagesOf(dockerfile: string): Stage[] {
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  const args: Record<string, string> = {};
  for (const line of joinedLines(dockerfile)) {
    const instruction = instructionOf(line, args);
    if (instruction.name === 'ARG') {
      const [name = '', value = ''] = instruction.text.split(/=(.*)/s);
      args[name] = value;
    } else if (instruction.name === 'FROM') {
      const [, from = '', name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.text) ?? [];
      stages.push({ name: name ?? String(stages.length), from, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

const joinedLines = (dockerfile: string): string[] =>
  dockerfile
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');

function instructionOf(line: string, args: Readonly<Record<string, string>>): Instruction {
  const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
  if (!KNOWN.includes(name)) throw new Error(`The Dockerfile has an instruction that is not known: ${line}`);
  const flags: Record<string, string> = {};
  const text = rest.replaceAll(/^(?:--([\w-]+)=(\S+)\s+)+/g, (all) => {
    for (const [, flag = '', value = ''] of all.matchAll(/--([\w-]+)=(\S+)/g)) flags[flag] = value;
    return '';
  });
  return { name, flags, text: text.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args[arg] ?? '') };
}

/** The command of an exec form such as `["node", "x.js"]`; a shell form is refused, because it would need a shell at run time. */
export function execForm(text: string): string[] {
  const words: unknown = JSON.parse(text.slice(text.indexOf('[')));
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string'))
    throw new Error(`No exec form: ${text}`);
  return words;
}

/** `NAME=value` pairs of ENV and LABEL; a value may stand in quotes. */
export const pairsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(([, name = '', quoted, plain]) => [
      name,
      quoted ?? plain ?? '',
    ]),
  );

/** The settings with which an image runs: the last instruction of each kind counts, as in Docker. */
export interface ImageConfig {
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly health: readonly string[];
  readonly ports: readonly number[];
}

export function configOf({ instructions }: Stage): ImageConfig {
  const texts = (name: string): string[] => instructions.filter((one) => one.name === name).map(({ text }) => text);
  const last = (name: string): string | undefined => texts(name).at(-1);
  const exec = (name: string): string[] => execForm(last(name) ?? '[]');
  return {
    env: Object.assign({}, ...texts('ENV').map(pairsOf)),
    labels: Object.assign({}, ...texts('LABEL').map(pairsOf)),
    user: last('USER'),
    workdir: last('WORKDIR') ?? '/',
    entrypoint: exec('ENTRYPOINT'),
    cmd: exec('CMD'),
    health: exec('HEALTHCHECK'),
    ports: texts('EXPOSE').flatMap((text) => text.split(' ').map(Number)),
  };
}
