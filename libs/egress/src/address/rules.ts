import { CidrFormatError, isIn, parseAddress, parseCidr, unwrap } from './cidr.ts';
import type { Cidr } from './cidr.ts';
import { GLOBAL_IPV6, REFUSED_IPV4, REFUSED_IPV6 } from './ranges.ts';

const BUILT_IN_V4 = REFUSED_IPV4.map(parseCidr);
const BUILT_IN_V6 = REFUSED_IPV6.map(parseCidr);
const GLOBAL_V6 = parseCidr(GLOBAL_IPV6);
const LOOPBACK = ['127.0.0.1', '::1'] as const;

export interface EgressRulesOptions {
  /** CIDRs that are let through although the built-in rules refuse them. */
  readonly allow?: readonly string[];
  /** CIDRs of one's own (pods, services, nodes, ingress) that are refused, even where `allow` would let them through. */
  readonly refuse?: readonly string[];
  /** NAT64 prefixes of this network, /96 each (usually 64:ff9b::/96): the IPv4 address inside is what is judged. */
  readonly nat64?: readonly string[];
}

/** Which addresses may be connected to. Immutable, so a verdict on an address holds for as long as the rules live. */
export class EgressRules {
  readonly #allow: readonly Cidr[];
  readonly #refuse: readonly Cidr[];
  readonly #nat64: readonly Cidr[];
  /** Loopback addresses that are let through; what the name `localhost` stands for. */
  readonly allowedLoopback: readonly string[];
  /** Whether the settings let anything more through than the public internet. */
  readonly hasAllowances: boolean;
  /** Whether they let addresses through beyond those of this very machine, so that names of an inner network may be meant. */
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
   * @param address as the operating system or `URL` writes it, IPv6 without brackets; every other spelling is refused
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
