/** One string a name. undici has lower-cased the names and bounded their size (`maxHeaderSize`). */
export function joinHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    // A receiver may call a header `__proto__`; it would not become a property, but a prototype.
    if (value === undefined || name === '__proto__') continue;
    joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}

/** How much of a body of known length lies beyond the limit; undefined when the length is not known. */
export function restLength(headers: Readonly<Record<string, string>>, limit: number): number | undefined {
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) - limit : undefined;
}
