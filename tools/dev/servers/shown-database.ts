/** Host and database of PostgreSQL's URL; never the password. */
export function shownDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
