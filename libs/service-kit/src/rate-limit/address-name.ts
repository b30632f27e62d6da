import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The name under which an address is counted. An IPv6 host usually has a whole /64, so the /64 counts; an IPv4 address may come
 * as `::ffff:a.b.c.d`.
 */
export function addressName(address: string): string {
  if (!isIPv6(address)) return address;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
