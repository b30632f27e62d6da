import { createSecureContext } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { fakeClock, rawReceiver, respond } from '@signet/testing';
import type { RawReceiver } from '@signet/testing';
import { EgressClient } from './egress-client.ts';
import type { EgressClientOptions } from './egress-client.ts';
import { aRequest, failureOf, responseOf } from './fixtures/egress.ts';
import { HostPool } from './connection/host-pool.ts';
import { Link } from './connection/link.ts';
import { EgressRules } from './address/rules.ts';

const at = (...addresses: string[]) => addresses.map((address) => ({ address, family: 4 }));

describe('a canary on this machine', () => {
  let canary: RawReceiver;
  beforeAll(async () => {
    canary = await rawReceiver((socket) => respond(socket), { host: '0.0.0.0' });
  });
  afterAll(() => canary.close());
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  const clientWith = (options: EgressClientOptions): EgressClient => {
    const client = new EgressClient(options);
    closing.push(() => client.close());
    return client;
  };

  test('accepts nothing from any spelling of an address', async () => {
    const client = clientWith({ rules: new EgressRules() });
    const hosts = ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0', 'localhost', 'a.localhost', '[::1]'];
    for (const host of [...hosts, '[::ffff:127.0.0.1]', '[::127.0.0.1]', 'ｌｏｃａｌｈｏｓｔ', '１２７.0.0.1']) {
      const failure = failureOf(await client.post(aRequest(`http://${host}:${canary.port}/`)));
      expect(failure).toMatchObject({
        errorClass: 'blocked_address',
        message: 'The address is not allowed.',
        address: null,
      });
    }
    expect(canary.sockets).toHaveLength(0);
  });

  test('accepts nothing from a name with one good and one bad address', async () => {
    const client = clientWith({
      rules: new EgressRules(),
      resolve: () => Promise.resolve(at('8.8.8.8', '127.0.0.1')),
    });
    const failure = failureOf(await client.post(aRequest(`http://mixed.example.com:${canary.port}/`)));
    expect(failure.errorClass).toBe('blocked_address');
    expect(canary.sockets).toHaveLength(0);
  });

  test('accepts nothing from a name that is rebound after its first look-up', async () => {
    // 127.0.0.2 stands for the harmless address, 127.0.0.1 for the attacker's target.
    const honest = await rawReceiver((socket) => respond(socket), { host: '127.0.0.2' });
    closing.push(honest.close);
    const answers = [at('127.0.0.2'), at('127.0.0.1')];
    const clock = fakeClock(new Date('2026-01-01T00:00:00Z'));
    const client = clientWith({
      rules: new EgressRules({ allow: ['127.0.0.2'] }),
      resolve: () => Promise.resolve(answers.shift() ?? at('127.0.0.1')),
      clock,
    });
    const post = () => client.post(aRequest(`http://rebind.example.com:${honest.port}/`));
    expect(responseOf(await post()).address).toBe('127.0.0.2');
    // Within a second the first, checked answer is used; after that the second answer is used, and refused.
    expect(responseOf(await post()).address).toBe('127.0.0.2');
    clock.advance(1000);
    expect(failureOf(await post()).errorClass).toBe('blocked_address');
    expect(canary.sockets).toHaveLength(0);
  });

  test('accepts nothing even from a connector that was given its address', async () => {
    const endpoint = {
      origin: `http://127.0.0.1:${canary.port}`,
      secure: false,
      address: '127.0.0.1',
      port: canary.port,
      host: '127.0.0.1',
      rules: new EgressRules(),
      secureContext: createSecureContext(),
      session: undefined,
    };
    const error = await new Promise<Error | null>((connected) => {
      const options = { hostname: '127.0.0.1', protocol: 'http:', port: String(canary.port) };
      new Link(endpoint).connect(options, (...outcome) => connected(outcome[0]));
    });
    expect(error).toMatchObject({ code: 'blocked_address' });

    const refused = await new Promise<Error>((onResponseError) => {
      const pool = new HostPool(endpoint, { maxConnections: 1, keepAliveMs: 1000, maxHeaderBytes: 1024 });
      const handler = {
        link: undefined,
        isAwaited: true,
        withheld: () => false,
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd: () => undefined,
        onResponseError: (_controller: unknown, failure: Error) => onResponseError(failure),
      };
      pool.dispatch({ path: '/', method: 'POST' }, handler);
    });
    expect(refused).toMatchObject({ code: 'blocked_address' });
    expect(canary.sockets).toHaveLength(0);
  });
});
