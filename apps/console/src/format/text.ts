/** `1 attempt`, `3 attempts` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

const digits = new Intl.NumberFormat('en');
export const number = (value: number): string => digits.format(value);

/** A share of 0 to 1 in percent. Rounding never gives 100 % for less than the whole, or 0 % for more than nothing. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '< 0.1 %';
  if (value < 100 && value > 99.9) return '> 99.9 %';
  return `${Number.isInteger(value) ? value : value.toFixed(1)} %`;
}

/** The event domains as names for people: `repair_order` → `Repair order`. */
export function domainName(domain: string): string {
  const words = domain.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The name and the key id in an actor such as `Till (01a20a03-…)`. Events of Signet itself have no key. */
export function actorParts(actor: string): { readonly name: string; readonly keyId: string | null } {
  const [, name, keyId] = /^(.*) \(([0-9a-f-]{36})\)$/.exec(actor) ?? [];
  return name === undefined || keyId === undefined ? { name: actor, keyId: null } : { name, keyId };
}

/** A URL in two parts: the first identifies the receiver: `https://shop.example` and `/hooks?x=1`. */
export function urlParts(url: string): { readonly origin: string; readonly rest: string } {
  const [, origin = url, rest = ''] = /^([a-z]+:\/\/[^/?]+)(.*)$/i.exec(url) ?? [];
  return { origin, rest: rest === '/' ? '' : rest };
}

/** Indents a JSON text by two spaces; returns any other text unchanged. */
export function pretty(text: string): { readonly text: string; readonly isJson: boolean } {
  try {
    const value = JSON.parse(text) as unknown;
    if (value === null || typeof value !== 'object') return { text, isJson: false };
    return { text: JSON.stringify(value, null, 2), isJson: true };
  } catch {
    return { text, isJson: false };
  }
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
export const reasonPhrase = (status: number): string => REASONS[status] ?? '';
