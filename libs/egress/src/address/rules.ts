import { CidrFormatError, isIn, parseAddress, parseCidr, unwrap } from './cidr.ts';
import type { Cidr } from './cidr.ts';
import { GLOBAL_IPV6, REFUSED_IPV4, REFUSED_IPV6 } from './ranges.ts';

const BUILT_IN_V4 = REFUSED_IPV4.map(parseCidr);
const BUILT_IN_V6 = REFUSED_IPV6.map(parseCidr);
const GLOBAL_V6 = parseCidr(GLOBAL_IPV6);
const LOOPBACK = ['127.0.0.1', '::1'] as const;

export interface EgressRulesOptions {
  /** CIDRs that are allowed although the built-in rules refuse them. */
  readonly allow?: readonly string[];
  /** CIDRs of the own network (pods, services, nodes, ingress) that are refused, even if `allow` has them. */
  readonly refuse?: readonly string[];
  /** NAT64 prefixes of this network, /96 each (usually 64:ff9b::/96): the rules then judge the IPv4 address inside. */
  readonly nat64?: readonly string[];
}

/** Decides to which addresses we may connect. Immutable, so a decision about an address stays valid as long as the rules live. */
export class EgressRules {
  readonly #allow: readonly Cidr[];
  readonly #refuse: readonly Cidr[];
  readonly #nat64: readonly Cidr[];
  /** The allowed loopback addresses: the addresses of the name `localhost`. */
  readonly allowedLoopback: readonly string[];
  /** Whether the settings allow more than the public internet. */
  readonly hasAllowances: boolean;
  /** Whether they allow more than addresses of this machine: then a URL may have a name of an inner network. */
  readonly allowsInnerNetwork: boolean;

  /** @throws CidrFormatError naming the CIDR that cannot be understood */
  constructor({ allow = [], refuse = [], nat64 = [] }: EgressRulesOptions = {}) {
    this.#allow = allow.map(parseCidr);
    this.#refuse = refuse.map(parseCidr);
    this.#nat64 = nat64.map(parseNat64);
    this.hasAllowances = this.#allow.length > 0;
    this.allowsInnerNetwork = this.#allow.some(([network]) => network.range() !== 'loopback');
    this.allowedLoopback = LOOPBACK.filter((address) => this.isAllowed(address));
  }

  /**
   * @param address in the spelling of the operating system or `URL`, IPv6 without brackets; every other spelling is refused
   */
  isAllowed(address: string): boolean {
    const parsed = parseAddress(address);
    if (parsed === undefined) return false;
    const meant = unwrap(parsed, this.#nat64);
    const isMeant = (cidr: Cidr): boolean => isIn(meant, cidr);
    if (this.#refuse.some(isMeant)) return false;
    if (this.#allow.some(isMeant)) return true;
    return meant.kind() === 'ipv4' ? !BUILT_IN_V4.some(isMeant) : isMeant(GLOBAL_V6) && !BUILT_IN_V6.some(isMeant);
  }
}

function parseNat64(text: string): Cidr {
  const prefix = parseCidr(text);
  if (prefix[0].kind() === 'ipv6' && prefix[1] === 96) return prefix;
  throw new CidrFormatError(`"${text}" is not a NAT64 prefix of /96, such as 64:ff9b::/96.`);
}
