/**
 * Whether these lines were printed. `…` stands for any text within a line. A line that is a JSON object is compared
 * as JSON, so that the order of fields does not matter: `…` in place of fields stands for any other fields, in place
 * of a value for any value.
 */
export function isPrinted(expected: string, actual: string): boolean {
  const [shown, printed] = [expected, actual].map((text) => text.trim().split('\n')) as [string[], string[]];
  return shown.length === printed.length && shown.every((line, at) => isLinePrinted(line, printed[at] ?? ''));
}

function isLinePrinted(shown: string, printed: string): boolean {
  if (!shown.startsWith('{')) return isText(shown, printed);
  return fits(parseShown(shown), parseOrUndefined(printed));
}

const isText = (shown: string, printed: string): boolean =>
  new RegExp(`^${shown.split('…').map(escaped).join('.*')}$`).test(printed);

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** `…` between fields becomes the field "…"; in place of a value it becomes the string "…", which matches any value. */
function parseShown(line: string): unknown {
  const json = line.replace(/:…(?=[,}\]])/g, ':"…"').replace(/(?<=[{,])…(?=[,}])/g, '"…":"…"');
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`The page shows JSON that cannot be read: ${line}`, { cause: error });
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fits(shown: unknown, printed: unknown): boolean {
  if (shown === '…') return printed !== undefined;
  if (typeof shown === 'string') return typeof printed === 'string' && isText(shown, printed);
  if (typeof shown !== 'object' || shown === null) return shown === printed;
  if (typeof printed !== 'object' || printed === null || Array.isArray(shown) !== Array.isArray(printed)) return false;
  const { '…': others, ...wanted } = shown as Record<string, unknown>;
  const given = printed as Record<string, unknown>;
  const isComplete = others !== undefined || Object.keys(given).length === Object.keys(wanted).length;
  return isComplete && Object.entries(wanted).every(([name, value]) => fits(value, given[name]));
}
