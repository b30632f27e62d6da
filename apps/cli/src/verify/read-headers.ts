import { UsageError } from '../errors.ts';

/**
 * Headers as people save them, with their names in lower case: a JSON object (as in `signet deliveries get --json`), or a line `name: value`
 * for each (as `curl -D` and most servers print them). Other lines, such as the request line, are passed over.
 */
export function headersIn(text: string): ReadonlyMap<string, string> {
  const pairs = text.trimStart().startsWith('{') ? pairsOfJson(text) : pairsOfLines(text);
  if (pairs.length === 0)
    throw new UsageError('There are no headers: give lines such as "webhook-id: …", or a JSON object.');
  return new Map(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}

function pairsOfJson(text: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The headers are not JSON: ${(error as Error).message}.`);
  }
  return Object.entries(value as Record<string, unknown>).map(([name, one]) => [name, String(one)]);
}

const LINE = /^\s*"?([A-Za-z0-9-]+)"?\s*:\s*(.*?)\s*$/;

const pairsOfLines = (text: string): [string, string][] =>
  text.split(/\r?\n/).flatMap((line) => {
    const [, name, value] = LINE.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as [string, string]];
  });
