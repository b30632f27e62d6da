/** Makes one string for each name. undici has lower-cased the names and limited their size (`maxHeaderSize`). */
export function joinHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    // A receiver may send a header `__proto__`: to assign it would set the prototype and not a property.
    if (value === undefined || name === '__proto__') continue;
    joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}

/** How many bytes of a body are beyond the limit; undefined if its length is not known. */
export function restLength(headers: Readonly<Record<string, string>>, limit: number): number | undefined {
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) - limit : undefined;
}
