/**
 * IPv4 ranges that are not public addresses (IANA's special-purpose registry), or that clouds use for themselves. The list is longer
 * than the private ranges: a request to any of these ranges would not reach a tenant's own public server.
 */
export const REFUSED_IPV4 = [
  '0.0.0.0/8', // this network; 0.0.0.0 is the machine itself on Linux
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT, and several clouds' inner services
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, the metadata services
  '172.16.0.0/12', // private
  '192.0.0.0/24', // IETF protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '168.63.129.16/32', // Azure's platform address
] as const;

/** The only IPv6 range of global unicast addresses. It is an allow-list, because libraries disagree about the other ranges. */
export const GLOBAL_IPV6 = '2000::/3';

/** Ranges inside `GLOBAL_IPV6` that are not for a tenant's server, or that hide another address. */
export const REFUSED_IPV6 = [
  '2001::/23', // IETF protocol assignments, Teredo (2001::/32) among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, an IPv4 address in disguise
  '3fff::/20', // documentation
  '2620:4f:8000::/48', // AS112
] as const;
