import { parseArgs } from 'node:util';

/** What was typed cannot be understood; the message says why. */
export class UsageError extends Error {}

export interface SimulateArguments {
  /** How many seeds are run, from 1 on. */
  readonly seeds: number;
  /** The one seed whose story is printed; undefined: many seeds are run. */
  readonly seed: number | undefined;
  /** Whether the faults that are built in are looked for, instead of faults that are there. */
  readonly mutations: boolean;
}

export const USAGE = `npm run simulate -- [options]

  --seeds N     run the worlds of the seeds 1 to N (5000; with --mutations 500)
  --seed N      run the world of one seed, and tell its story
  --mutations   build known faults into the code, one after the other, and look for each of them`;

/** Throws UsageError. */
export function readArguments(args: readonly string[]): SimulateArguments {
  const { seeds, seed, mutations } = parse(args);
  if (seed !== undefined && (seeds !== undefined || mutations))
    throw new UsageError('--seed runs one world: it goes with no other option.');
  return {
    seeds: seeds === undefined ? (mutations ? 500 : 5_000) : numberOf('--seeds', seeds),
    seed: seed === undefined ? undefined : numberOf('--seed', seed),
    mutations: mutations ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    const options = { seeds: { type: 'string' }, seed: { type: 'string' }, mutations: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new UsageError(`${option} takes a whole number from 1 on.`);
  return number;
}
