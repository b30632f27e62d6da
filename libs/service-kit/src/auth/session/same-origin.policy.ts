/** What a browser says about the page that has sent a request; headers that are missing are undefined. */
export interface Sender {
  /** `Sec-Fetch-Site`. Browsers send it over TLS and to localhost, and no script can change it. */
  readonly fetchSite: string | undefined;
  /** `Origin`: scheme, host and port of the page, or `null`. */
  readonly origin: string | undefined;
  /** Host and port to which the browser has sent the request. */
  readonly host: string;
}

/**
 * Judges whether a page of this very origin has sent a request, so that no page of another site can make a signed-in browser change
 * something. `Sec-Fetch-Site` decides where it is; otherwise `Origin` does, which every browser sends with a request that is not a
 * GET. Without either the request is refused: a program that is no browser uses an API key. If the judgement is wrong, a person reads
 * the sentence, and nothing has changed.
 *
 * @returns undefined for a request from this origin, otherwise a sentence for people
 */
export function reasonToRefuse({ fetchSite, origin, host }: Sender): string | undefined {
  if (fetchSite !== undefined) {
    return fetchSite === 'same-origin'
      ? undefined
      : `The browser says that the page is not of this address (${fetchSite}).`;
  }
  if (origin === undefined) return 'Neither Sec-Fetch-Site nor Origin says which page has sent it.';
  return isOfHost(origin, host) ? undefined : 'Its Origin is not the address to which it was sent.';
}

/** The scheme is not compared: a gateway may end TLS and not say so. The scheme's default port may be left out. */
function isOfHost(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  const address = `${page.protocol}//${host}`;
  return page.host !== '' && URL.canParse(address) && new URL(address).host === page.host;
}
