import type { Command } from 'commander';
import type { Output } from '../output/output.ts';
import { wholeNumber } from './session.ts';

export interface PageOptions {
  readonly limit: number;
  readonly cursor?: string;
}

const MOST_OF_A_PAGE = 200;

/** Adds --limit and --cursor, as every list of the API has them. */
export const withPages = (command: Command): Command =>
  command
    .option('--limit <count>', 'at most so many', wholeNumber('--limit', 1, MOST_OF_A_PAGE), 50)
    .option('--cursor <cursor>', 'go on behind an earlier page');

/** Tells people how they get the next page; a program reads `nextCursor`. */
export function noteNextPage(output: Output, nextCursor: string | null): void {
  if (nextCursor !== null && !output.isJson) output.note(`There are more: --cursor ${nextCursor}`);
}
