type Texts = Readonly<Record<string, string>>;

/**
 * Merges headers of several layers: each name occurs once, regardless of case, with the value and the spelling of the last
 * layer that has it. Names of headers are case-insensitive (RFC 9110, 5.1), the keys of an object are not.
 *
 * @param defaults our headers that a tenant may replace, in lower case
 * @param tenants the tenant's headers; the last layer wins
 * @param own our headers that no tenant may replace, in lower case
 */
export function mergedHeaders(defaults: Texts, tenants: readonly Texts[], own: Texts): Record<string, string> {
  // The usual case, at a tenth of the cost: the tenant sets no headers, and all of our names are in lower case.
  if (tenants.every(isEmpty)) return { ...defaults, ...own };
  const merged = new Map<string, readonly [name: string, value: string]>();
  for (const layer of [defaults, ...tenants, own]) {
    for (const [name, value] of Object.entries(layer)) merged.set(name.toLowerCase(), [name, value]);
  }
  return Object.fromEntries(merged.values());
}

function isEmpty(headers: Texts): boolean {
  for (const _name in headers) return false;
  return true;
}

/** The headers with this value for the given names, regardless of case; no name is added. */
export function withValues(headers: Texts, names: Iterable<string>, value: string): Record<string, string> {
  const lower = new Set(Array.from(names, (name) => name.toLowerCase()));
  if (lower.size === 0) return { ...headers };
  return Object.fromEntries(
    Object.entries(headers).map(([name, own]) => [name, lower.has(name.toLowerCase()) ? value : own]),
  );
}
