/** The URL for a span, with its query redacted: tenants often put credentials there. */
export function shownUrl(
  url: string,
): { readonly full: string; readonly host: string; readonly port: number } | undefined {
  const parsed = URL.parse(url);
  if (!parsed) return undefined;
  const { protocol, host, hostname, port, pathname, search } = parsed;
  return {
    full: `${protocol}//${host}${pathname}${search === '' ? '' : '?REDACTED'}`,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
}
