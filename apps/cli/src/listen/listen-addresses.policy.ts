import { UsageError } from '../errors.ts';

export interface ListenOptions {
  readonly port?: number;
  readonly forward?: string;
  readonly events?: readonly string[];
  readonly listenOn: string;
  readonly publicUrl?: string;
  readonly tenant?: string;
  readonly webhook?: string;
}

const MAX_PORT = 65_535;

/** Where deliveries are forwarded to. @throws UsageError unless exactly one of --port and --forward says so */
export function targetOf({ port, forward }: Pick<ListenOptions, 'port' | 'forward'>): URL {
  if ((port === undefined) === (forward === undefined))
    throw new UsageError('Say where to forward to, with --port 3000 or --forward http://127.0.0.1:3000/path.');
  const text = forward ?? `http://127.0.0.1:${port}/`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new UsageError(`--forward is an address that begins with http:// or https://, not "${text}".`);
  return url;
}

/** `127.0.0.1:4010`, `[::1]:0`, or a port alone. */
export function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host = '127.0.0.1', digits = ''] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > MAX_PORT)
    throw new UsageError(`--listen-on is host:port, such as 127.0.0.1:0, not "${text}".`);
  return { host, port };
}
