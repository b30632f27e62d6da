type Texts = Readonly<Record<string, string>>;

/**
 * Headers of several layers as they are sent: each name once, in whatever case it is written, with the value and the
 * spelling of the last layer that has it. A header's name is the same in upper and lower case (RFC 9110, 5.1), and the
 * keys of an object are not.
 *
 * @param defaults ours that a tenant may replace, in lower case
 * @param tenants the tenant's, the last one wins
 * @param own ours that no tenant may replace, in lower case
 */
export function mergedHeaders(defaults: Texts, tenants: readonly Texts[], own: Texts): Record<string, string> {
  // The usual case, which costs a tenth of the other one: the tenant sets none, and all of our names are in lower case.
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

/** The headers with other values for some names, in whatever case these are written; no name is added. */
export function withValues(headers: Texts, names: Iterable<string>, value: string): Record<string, string> {
  const lower = new Set(Array.from(names, (name) => name.toLowerCase()));
  if (lower.size === 0) return { ...headers };
  return Object.fromEntries(
    Object.entries(headers).map(([name, own]) => [name, lower.has(name.toLowerCase()) ? value : own]),
  );
}
