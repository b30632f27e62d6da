import { readFileSync } from 'node:fs';

/** The last lines of a log from byte `from` on, for a message about what went wrong. */
export function tailOf(file: string, from: number, lines = 20): string {
  const text = readFileSync(file).subarray(from).toString('utf8').trimEnd();
  if (text === '') return `Its log ${file} says nothing.`;
  return `The end of its log ${file}:\n${text.split('\n').slice(-lines).join('\n')}`;
}

/** The lines of a log from byte `from` on that are written for people: all lines that are not JSON. */
export const saidIn = (file: string, from: number): string =>
  readFileSync(file)
    .subarray(from)
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .join('\n');
