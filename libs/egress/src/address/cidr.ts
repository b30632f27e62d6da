import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Cidr = [Address, number];

export class CidrFormatError extends Error {
  override readonly name = 'CidrFormatError';
  readonly code = 'invalid_cidr';
}

/**
 * Parses an address as the operating system writes it: four decimal numbers, or IPv6 without a zone. Any other text, such as
 * 0x7f.1, is no address here, although ipaddr.js would accept it.
 */
export function parseAddress(text: string): Address | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  return ipaddr.parse(text);
}

/**
 * `10.0.0.0/8`, `fd00::/8`, or a single address.
 *
 * @throws CidrFormatError naming the text
 */
export function parseCidr(text: string): Cidr {
  const [, base = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const address = parseAddress(base);
  const width = address?.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? width : Number(bits);
  if (address === undefined || length > width) {
    throw new CidrFormatError(`"${text}" is not a CIDR such as 10.0.0.0/8, fd00::/8 or 127.0.0.1.`);
  }
  return [address, length];
}

/** If the families differ, ipaddr.js throws; here an IPv4 address is simply not in an IPv6 range. */
export const isIn = (address: Address, [base, length]: Cidr): boolean =>
  address.kind() === base.kind() && address.match(base, length);

/**
 * The IPv4 address inside an IPv6 one: inside a mapped address (::ffff:0:0/96), or one under a NAT64 prefix of /96 (RFC 6052).
 * Every other address is returned unchanged.
 */
export function unwrap(address: Address, nat64: readonly Cidr[]): Address {
  if (address.kind() === 'ipv4') return address;
  const v6 = address as ipaddr.IPv6;
  if (v6.isIPv4MappedAddress()) return v6.toIPv4Address();
  if (nat64.some((prefix) => isIn(v6, prefix))) return new ipaddr.IPv4(v6.toByteArray().slice(12));
  return v6;
}
