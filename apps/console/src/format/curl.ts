import type { Attempt } from '../api/model.ts';

/** A text as one word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Set by curl itself, or wrong for another connection. */
const LEFT_OUT = new Set(['content-length', 'host', 'connection', 'transfer-encoding']);

/**
 * The request as a command of curl, with the very bytes of its body. Headers whose value is masked are left out, since the mask is not
 * the value.
 */
export function curlOf({ method, url, headers, body }: Attempt['request']): string {
  const lines = [`curl -sS -i -X ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    if (LEFT_OUT.has(name.toLowerCase()) || value.includes('***')) continue;
    lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  return [...lines, `--data-binary ${quoted(body)}`].join(' \\\n  ');
}
