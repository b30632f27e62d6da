import { styleText } from 'node:util';

/** Adds colour, or leaves the text as it is. */
export type Paint = (colour: Parameters<typeof styleText>[0], text: string) => string;

interface Screen {
  readonly isTTY?: boolean;
}

/** Colours only on a terminal, and not where NO_COLOR is set (https://no-color.org) or the terminal is `dumb`. */
export function paintFor(stream: Screen, env: NodeJS.ProcessEnv): Paint {
  const isColoured = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return isColoured ? (colour, text) => styleText(colour, text, { validateStream: false }) : (_, text) => text;
}

const COLOURS = {
  SUCCESS: 'green',
  FAILED: 'red',
  RETRYING: 'yellow',
  PENDING: 'cyan',
  completed: 'green',
  failed: 'red',
  running: 'cyan',
  cancelled: 'yellow',
  active: 'green',
  disabled: 'red',
} as const;

/** The colour of a state of a delivery, a replay or a webhook. */
export const paintState = (paint: Paint, state: string, text: string): string =>
  Object.hasOwn(COLOURS, state) ? paint(COLOURS[state as keyof typeof COLOURS], text) : text;
