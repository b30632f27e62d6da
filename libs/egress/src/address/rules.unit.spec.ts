import { describe, expect, test } from '@jest/globals';
import { CidrFormatError } from './cidr.ts';
import { REFUSED_IPV4, REFUSED_IPV6 } from './ranges.ts';
import { EgressRules } from './rules.ts';

// The arithmetic is written here again, so that the library behind the rules is not tested with itself.
const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
const hex = (address: string): string =>
  toNumber(address)
    .toString(16)
    .padStart(8, '0')
    .replace(/(.{4})/, '$1:');

const edges = REFUSED_IPV4.map((cidr) => {
  const [base = '', bits] = cidr.split('/');
  const first = toNumber(base);
  return { cidr, first, last: first + 2 ** (32 - Number(bits)) - 1 };
});
const refusedByNumber = (value: number): boolean => edges.some(({ first, last }) => value >= first && value <= last);
const IPV4_EDGES = edges.flatMap(({ cidr, first, last }) => [
  [cidr, 'first', toAddress(first)],
  [cidr, 'last', toAddress(last)],
]);

/** An IPv4 address in each of the disguises that IPv6 knows. */
const disguises = (address: string): string[] => {
  const [a = '', b = ''] = hex(address).split(':');
  const inverted = [a, b].map((part) => (0xffff - Number.parseInt(part, 16)).toString(16));
  return [
    `::ffff:${address}`,
    `::ffff:${a}:${b}`,
    `0:0:0:0:0:ffff:${a}:${b}`,
    `::${address}`, // compatible, deprecated
    `::${a}:${b}`,
    `::ffff:0:${a}:${b}`, // SIIT
    `64:ff9b::${a}:${b}`, // NAT64
    `64:ff9b:1::${a}:${b}`, // NAT64, local use
    `2002:${a}:${b}::1`, // 6to4
    `2001:0:1234:5678::${inverted.join(':')}`, // Teredo
    `fe80::5efe:${a}:${b}`, // ISATAP
  ];
};

describe('the rules for addresses', () => {
  const rules = new EgressRules();

  test.each(IPV4_EDGES)('refuse of %s the %s address, in every disguise', (_cidr, _edge, address) => {
    for (const spelling of [address as string, ...disguises(address as string)]) {
      expect([spelling, rules.isAllowed(spelling)]).toEqual([spelling, false]);
    }
  });

  test('let the addresses just outside of each range through, unless they lie in the next one', () => {
    for (const { first, last } of edges) {
      for (const neighbour of [first - 1, last + 1]) {
        if (neighbour < 0 || neighbour > 0xffffffff) continue;
        const address = toAddress(neighbour);
        expect([address, rules.isAllowed(address)]).toEqual([address, !refusedByNumber(neighbour)]);
        expect(rules.isAllowed(`::ffff:${address}`)).toBe(!refusedByNumber(neighbour));
      }
    }
  });

  test.each([
    ['2001::/23', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::'],
    ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::', '2001:db7:ffff::'],
    ['2002::/16', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2003::', '2001:ffff::'],
    ['3fff::/20', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:1000::', '3ffe:ffff::'],
    [
      '2620:4f:8000::/48',
      '2620:4f:8000::',
      '2620:4f:8000:ffff:ffff:ffff:ffff:ffff',
      '2620:4f:8001::',
      '2620:4f:7fff::',
    ],
  ])('refuse the first and last address of %s, and none outside', (cidr, first, last, ...outside) => {
    expect(REFUSED_IPV6).toContain(cidr);
    expect([first, last].map((address) => rules.isAllowed(address))).toEqual([false, false]);
    expect(outside.map((address) => rules.isAllowed(address))).toEqual(outside.map(() => true));
  });

  test.each([
    '::',
    '::1',
    '1fff:ffff::',
    '4000::',
    '100::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
  ])('refuse %s, which is no global unicast address', (address) => expect(rules.isAllowed(address)).toBe(false));

  test.each(['2000::', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '3ffe::1', '8.8.8.8', '1.1.1.1'])(
    'let the public address %s through',
    (address) => expect(rules.isAllowed(address)).toBe(true),
  );

  // Every one of these is read as an address by some library.
  test.each([
    '',
    '8.8.8',
    '0x08080808',
    '010.8.8.8',
    '134744072',
    '8.8.8.8 ',
    '[2606::1]',
    '2606::1%eth0',
    'example.com',
  ])('refuse "%s", which no operating system writes', (text) => expect(rules.isAllowed(text)).toBe(false));

  test('let through what the settings allow, mapped into IPv6 as well, and no neighbour of it', () => {
    const allowing = new EgressRules({ allow: ['10.1.0.0/16', '::1', '127.0.0.1'] });
    const allowed = ['10.1.0.0', '10.1.255.255', '::ffff:10.1.2.3', '::1', '127.0.0.1'];
    const refused = ['10.0.255.255', '10.2.0.0', '127.0.0.2', '::2', '169.254.169.254'];
    expect(allowed.filter((address) => !allowing.isAllowed(address))).toEqual([]);
    expect(refused.filter((address) => allowing.isAllowed(address))).toEqual([]);
    expect(allowing.allowedLoopback).toEqual(['127.0.0.1', '::1']);
  });

  test('refuse what the settings refuse, even inside of what they allow', () => {
    const own = new EgressRules({ allow: ['10.0.0.0/8'], refuse: ['10.96.0.0/12', '5.6.7.8'] });
    expect(['10.0.0.1', '10.96.0.1', '5.6.7.8', '5.6.7.9'].map((address) => own.isAllowed(address))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  test('judge the address inside of NAT64 where the settings name its prefix', () => {
    const nat64 = new EgressRules({ nat64: ['64:ff9b::/96'] });
    const judged = ['64:ff9b::8.8.8.8', '64:ff9b::10.0.0.1', '64:ff9b::169.254.169.254', '64:ff9b:1::8.8.8.8'];
    expect(judged.map((address) => nat64.isAllowed(address))).toEqual([true, false, false, false]);
  });

  test.each(['10.0.0.0/33', '10.0.0/8', '0x7f.0.0.1/8', 'fd00::/129', 'example.com/8', '/8', '', '10.0.0.0/8/8'])(
    'do not take "%s" for a CIDR',
    (cidr) => expect(() => new EgressRules({ allow: [cidr] })).toThrow(CidrFormatError),
  );

  test('take only a /96 for a prefix of NAT64', () => {
    expect(() => new EgressRules({ nat64: ['64:ff9b::/64'] })).toThrow(CidrFormatError);
  });
});
