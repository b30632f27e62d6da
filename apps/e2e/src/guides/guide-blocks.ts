/** One block of shell commands of a page. */
export interface GuideBlock {
  /** Line of the page on which the commands begin, from 1. */
  readonly line: number;
  /** The last paragraph before the commands. */
  readonly lead: string;
  readonly script: string;
  /** The output of the commands, in the notation of `isPrinted`. A block without it prints nothing. */
  readonly output: string;
  /** The output of `npm start` that the commands cause. */
  readonly printedByStart: string;
  /** The output depends on work in the background: the commands are repeated until they print it. */
  readonly isRepeated: boolean;
  /** Why no test runs these commands; undefined: they are run. */
  readonly notRunBecause: string | undefined;
}

type Draft = { -readonly [Key in keyof GuideBlock]: GuideBlock[Key] };

const FENCE = /^( *)```(\w*)$/;
const NOT_RUN = /^ *<!-- not run: (.+) -->$/;
const REPEATED = /^ *<!-- repeat -->$/;
const PRINTED_BY_START = /^ *<!-- npm start prints -->$/;

const isText = (line = ''): boolean => line.trim() !== '' && !line.trim().startsWith('<!--');

/**
 * The blocks of a page that follows CONTRIBUTING: commands in ```` ```sh ````, and their output in ```` ```output
 * ```` below them.
 */
export function guideBlocks(markdown: string): readonly GuideBlock[] {
  const blocks: Draft[] = [];
  const lines = markdown.split('\n');
  let notRunBecause: string | undefined;
  let isRepeated = false;
  let isOfStart = false;
  let lead = '';
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    notRunBecause = NOT_RUN.exec(line)?.[1] ?? notRunBecause;
    isRepeated ||= REPEATED.test(line);
    isOfStart ||= PRINTED_BY_START.test(line);
    const fence = FENCE.exec(line);
    if (fence === null) {
      if (isText(line)) lead = isText(lines[at - 1]) ? `${lead}\n${line}` : line;
      continue;
    }
    const [, indent = '', language = ''] = fence;
    const begin = at + 1;
    at = lines.indexOf(`${indent}\`\`\``, begin);
    if (at < 0) throw new Error(`The block that begins on line ${begin} has no end.`);
    const text = lines
      .slice(begin, at)
      .map((inside) => inside.slice(indent.length))
      .join('\n');
    const last = blocks.at(-1);
    if (language === 'sh')
      blocks.push({ line: begin + 1, lead, script: text, output: '', printedByStart: '', isRepeated, notRunBecause });
    else if (language === 'output' && last !== undefined) last[isOfStart ? 'printedByStart' : 'output'] = text;
    [notRunBecause, isRepeated, isOfStart, lead] = [undefined, false, false, ''];
  }
  return blocks;
}
