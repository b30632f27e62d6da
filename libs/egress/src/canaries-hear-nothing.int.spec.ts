import { once } from 'node:events';
import { connect, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fakeClock, innerAddresses, nameServer, rawReceiver, respond } from '@signet/testing';
import type { NameServer, RawReceiver } from '@signet/testing';
import { EgressClient } from './egress-client.ts';
import { aRequest, failureOf, responseOf } from './fixtures/egress.ts';
import { EgressRules } from './address/rules.ts';
import { checkUrl } from './address/url.ts';

const HONEST = '127.0.0.2';
const inner = innerAddresses();
afterAll(() => inner.remove());

const six = Object.values(networkInterfaces()).some((own) => own?.some(({ address }) => address === '::1'));
const withSix = (address: string) =>
  six ? { address, lacking: '' } : { address: undefined, lacking: 'this machine has no IPv6' };

/** The addresses of the canaries: each listens on its own address and on no other. */
const CANARIES = [
  { kind: 'loopback', address: '127.0.0.1', lacking: '' },
  { kind: 'loopback (IPv6)', ...withSix('::1') },
  { kind: 'mapped', ...withSix('::ffff:127.0.0.1') },
  ...inner.all,
];

/** Ways to write the address literally in a URL. */
function literals(address: string): string[] {
  if (!isIPv4(address)) return [`[${address}]`, `[${address.toUpperCase()}]`];
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  return [
    ...[address, `${address}.`, String(number), `0x${number.toString(16)}`, `${a}.${(b * 256 + c) * 256 + d}`],
    ...[`[::ffff:${address}]`, `[::ffff:${groups}]`, `[::${groups}]`, `[64:ff9b::${groups}]`, `[2002:${groups}::]`],
  ];
}

/** The forms of the address in an A or AAAA record. */
const recordsOf = (address: string): string[] =>
  isIPv4(address) ? [address, `::ffff:${address}`, `64:ff9b::${address}`] : [address];

for (const { kind, address, lacking } of CANARIES) {
  if (address === undefined) {
    // The name of the skipped test says why it cannot run on this machine.
    test.skip(`a canary on a ${kind} address: ${lacking}`, () => undefined);
    continue;
  }
  describe(`a canary on a ${kind} address`, () => {
    let canary: RawReceiver;
    let names: NameServer;
    let answers: readonly string[] = [];
    beforeAll(async () => {
      canary = await rawReceiver((socket) => respond(socket), {
        host: address.startsWith('fe80') ? `${address}%lo` : address,
      });
      names = await nameServer(() => answers);
    });
    afterAll(async () => {
      names.close();
      await canary.close();
    });
    const refused = async (client: EgressClient, host: string): Promise<void> => {
      const failure = failureOf(await client.post(aRequest(`http://${host}:${canary.port}/`)));
      expect([host, failure.errorClass, failure.address]).toEqual([host, 'blocked_address', null]);
    };

    test('hears nothing from its address, however it is written', async () => {
      const client = new EgressClient({ rules: new EgressRules() });
      for (const host of literals(address)) {
        expect([host, checkUrl(`http://${host}:${canary.port}/`, new EgressRules()).ok]).toEqual([host, false]);
        await refused(client, host);
      }
      await client.close();
      expect(canary.sockets).toHaveLength(0);
    });

    test('hears nothing from a name that has its address, alone or beside an honest one', async () => {
      const client = new EgressClient({ rules: new EgressRules(), resolve: names.resolve });
      let count = 0;
      for (const record of recordsOf(address)) {
        for (const beside of [[record], ['93.184.215.14', record], [record, '93.184.215.14']]) {
          answers = beside;
          await refused(client, `name-${(count += 1)}.example.com`);
        }
      }
      await client.close();
      expect(canary.sockets).toHaveLength(0);
    });

    test('hears nothing from a name that is rebound to it, nor over the connection that was open before', async () => {
      const clock = fakeClock();
      const honest = await rawReceiver((socket) => respond(socket), { host: HONEST, port: canary.port });
      const rules = new EgressRules({ allow: [HONEST] });
      const client = new EgressClient({ rules, resolve: names.resolve, clock });
      const post = () => client.post(aRequest(`http://rebind.example.com:${canary.port}/`));
      answers = [HONEST];
      expect(responseOf(await post()).address).toBe(HONEST);
      answers = [address];
      // After this time, an earlier answer must not be used any more, not even while the next look-up is slow.
      clock.advance(60_001);
      for (let again = 0; again < 2; again++) expect(failureOf(await post()).errorClass).toBe('blocked_address');
      await client.close();
      await honest.close();
      expect(honest.requests).toHaveLength(1);
      expect(canary.sockets).toHaveLength(0);
    });

    test('would get a connection that the rules do not refuse', async () => {
      const scoped = address.startsWith('fe80') ? `${address}%lo` : address;
      const socket = connect(canary.port, scoped);
      await once(socket, 'connect');
      socket.destroy();
      // No URL names the interface that a link-local IPv6 address needs.
      if (!address.startsWith('fe80')) {
        const rules = new EgressRules({ allow: ['0.0.0.0/0', '::/0'] });
        const client = new EgressClient({ rules, resolve: names.resolve });
        answers = [address];
        expect(responseOf(await client.post(aRequest(`http://open.example.com:${canary.port}/`))).statusCode).toBe(200);
        await client.close();
      }
      expect(canary.sockets.length).toBeGreaterThan(0);
    });
  });
}
