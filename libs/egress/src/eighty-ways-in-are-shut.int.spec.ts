import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fakeClock, innerAddresses, nameServer, rawReceiver, respond } from '@signet/testing';
import type { NameServer, RawReceiver } from '@signet/testing';
import { EgressClient } from './egress-client.ts';
import { aRequest, failureOf, responseOf } from './fixtures/egress.ts';
import { EgressRules } from './address/rules.ts';
import { checkUrl } from './address/url.ts';

/** Private and link-local addresses, where this machine lets the test add them. */
const inner = innerAddresses();
/** Every address that this machine has: loopback, private, link-local, whatever there is. */
const OWN = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .map(({ address }) => address)
  .filter((address) => !address.startsWith('fe80'));
const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** An IPv4 address as the URL parsers of this world spell it. */
function spellings(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const octal = (value: number): string => `0${value.toString(8)}`;
  const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  return [
    address,
    `${address}.`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    String(number),
    hex(number),
    octal(number),
    [a, b, c, d].map(hex).join('.'),
    [a, b, c, d].map(octal).join('.'),
    `${hex(a)}.${b}.${octal(c)}.${d}`,
    address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    address.replaceAll('.', '。'),
    `[::ffff:${address}]`,
    `[::ffff:${groups}]`,
    `[::${groups}]`,
    `[64:ff9b::${groups}]`,
    `[2002:${groups}::]`,
  ];
}

const LITERALS = [
  ...['127.0.0.1', '169.254.169.254', '10.0.0.1', ...OWN.filter(isIPv4)].flatMap(spellings),
  ...['0', '0.0.0.0', '127.255.255.254', '172.16.0.1', '192.168.0.1', '100.64.0.1', '168.63.129.16', '224.0.0.1'],
  ...[
    '255.255.255.255',
    '198.18.0.1',
    '192.0.2.1',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[fe80::1]',
    '[fd00:ec2::254]',
  ],
  ...['[2001:0:7f00:1::]', '[ff02::1]', '[fec0::1]', '[2001:db8::1]', '[fe80::1%25lo]', '[::ffff:0:127.0.0.1]'],
  ...OWN.map(bracketed),
];
const NAMES = [
  ...[
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    'ｌｏｃａｌｈｏｓｔ',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    'loCaLhoſt',
    'localhost.localdomain',
  ],
  ...[
    'metadata.google.internal',
    'metadata。google。internal',
    'kubernetes.default.svc.cluster.local',
    'printer.local',
  ],
  ...['user:password@localhost', 'example.com@127.0.0.1', '%6c%6fcalhost', '127.0.0.1%00.example.com'],
];
/** Names that look harmless and resolve to inner addresses. */
const RECORDS: Readonly<Record<string, readonly string[]>> = {
  'loopback.example.com': ['127.0.0.1'],
  'elsewhere-in-loopback.example.com': ['127.9.9.9'],
  'this-network.example.com': ['0.0.0.0'],
  'private.example.com': ['10.1.2.3'],
  'metadata.example.com': ['169.254.169.254'],
  'six.example.com': ['::1'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'nat64.example.com': ['64:ff9b::7f00:1'],
  'sixtofour.example.com': ['2002:7f00:1::'],
  'teredo.example.com': ['2001:0:4136:e378:8000:63bf:80ff:fffe'],
  'unique-local.example.com': ['fd00::1'],
  'link-local.example.com': ['fe80::1'],
  'good-then-bad.example.com': ['93.184.215.14', '127.0.0.1'],
  'bad-then-good.example.com': ['127.0.0.1', '93.184.215.14'],
  'good-four-bad-six.example.com': ['93.184.215.14', '::1'],
  ...Object.fromEntries(OWN.map((address, index) => [`own-${index}.example.com`, [address]])),
};

describe('of the ways to an inner address', () => {
  let canary: RawReceiver;
  let names: NameServer;
  beforeAll(async () => {
    const answer = (socket: Parameters<typeof respond>[0]): void => respond(socket);
    canary = await rawReceiver(answer, { host: OWN.some((address) => address.includes(':')) ? '::' : '0.0.0.0' });
    names = await nameServer((name) => RECORDS[name] ?? []);
  });
  afterAll(async () => {
    names.close();
    await canary.close();
    inner.remove();
  });

  test('eighty are tried', () => {
    expect(new Set([...LITERALS, ...NAMES, ...Object.keys(RECORDS)]).size).toBeGreaterThanOrEqual(80);
  });

  test('none that shows in the URL can be registered', () => {
    const rules = new EgressRules();
    const accepted = [...LITERALS, ...NAMES].filter((host) => checkUrl(`http://${host}:${canary.port}/`, rules).ok);
    expect(accepted).toEqual([]);
  });

  test('none reaches a listener on any address of this machine', async () => {
    const client = new EgressClient({ rules: new EgressRules(), resolve: names.resolve });
    const failures = new Map<string, string>();
    for (const host of [...LITERALS, ...NAMES, ...Object.keys(RECORDS)]) {
      const failure = failureOf(await client.post(aRequest(`http://${host}:${canary.port}/`)));
      expect(failure.address).toBeNull();
      failures.set(host, failure.errorClass);
    }
    await client.close();
    expect(canary.sockets).toHaveLength(0);
    // Texts that are not URLs are reported as such; all other ones are blocked without details.
    const others = [...failures].filter(([, errorClass]) => errorClass !== 'blocked_address');
    expect(new Set(others.map(([, errorClass]) => errorClass))).toEqual(new Set(['invalid_request']));
    for (const name of Object.keys(RECORDS)) expect([name, failures.get(name)]).toEqual([name, 'blocked_address']);
  });

  test('not even a name that resolved to an allowed address at first is a way in', async () => {
    const honest = await rawReceiver((socket) => respond(socket), { host: '127.0.0.2' });
    let address = '127.0.0.2';
    const rebinding = await nameServer(() => [address]);
    const clock = fakeClock();
    const rules = new EgressRules({ allow: ['127.0.0.2/32'] });
    const client = new EgressClient({ rules, resolve: rebinding.resolve, clock });
    const url = `http://rebind.example.com:${honest.port}/`;
    expect(responseOf(await client.post(aRequest(url))).address).toBe('127.0.0.2');
    address = '127.0.0.1';
    clock.advance(1_000);
    expect(
      failureOf(await client.post(aRequest(url.replace(String(honest.port), String(canary.port))))).errorClass,
    ).toBe('blocked_address');
    expect(failureOf(await client.post(aRequest(url))).errorClass).toBe('blocked_address');
    await client.close();
    rebinding.close();
    await honest.close();
    expect(canary.sockets).toHaveLength(0);
  });

  test('each would have reached the listener without the guard', async () => {
    const open = new EgressClient({ rules: new EgressRules({ allow: ['0.0.0.0/0', '::/0'] }), resolve: names.resolve });
    const reached = [
      '127.0.0.1',
      '2130706433',
      '[::ffff:127.0.0.1]',
      'localhost',
      'loopback.example.com',
      ...OWN.map(bracketed),
    ];
    for (const host of reached) {
      expect([host, (await open.post(aRequest(`http://${host}:${canary.port}/`))).kind]).toEqual([host, 'response']);
    }
    await open.close();
    expect(canary.requests).toHaveLength(reached.length);
  });
});
