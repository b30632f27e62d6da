/** Filters and page of each list, as they were last in its address, so that the link back from an item leads to the same place. */
const searches = new Map<string, string>();

export const rememberSearch = (path: string, search: string): void => void searches.set(path, search);

export function backTo(path: string): string {
  const search = searches.get(path) ?? '';
  return search === '' ? path : `${path}?${search}`;
}

/** When a user signs out, the next one must not see what was searched for. */
export const forgetSearches = (): void => searches.clear();
