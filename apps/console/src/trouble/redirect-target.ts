/**
 * The URL to which an answer redirects; undefined where it names none that a webhook could have. A redirect to a page for people, such
 * as a login, cannot be told from one to the moved receiver: a person decides.
 */
export function redirectTarget(url: string, location: string | undefined): string | undefined {
  if (location === undefined || !URL.canParse(location, url)) return undefined;
  const target = new URL(location, url);
  const isUsable = /^https?:$/.test(target.protocol) && target.username === '' && target.password === '';
  return isUsable && target.href !== url ? target.href : undefined;
}
