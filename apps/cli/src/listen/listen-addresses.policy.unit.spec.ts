import { expect, test } from '@jest/globals';
import { listenAddress, targetOf } from './listen-addresses.policy.ts';

test('deliveries go to a port of this machine, or to an address', () => {
  expect(targetOf({ port: 3000 }).href).toBe('http://127.0.0.1:3000/');
  expect(targetOf({ forward: 'http://127.0.0.1:3000/hooks?a=1' }).href).toBe('http://127.0.0.1:3000/hooks?a=1');
});

test.each([
  [{}, 'Say where to forward to'],
  [{ port: 3000, forward: 'http://127.0.0.1/' }, 'Say where to forward to'],
  [{ forward: '127.0.0.1:3000' }, '--forward is an address'],
])('%j is refused', (options, sentence) => expect(() => targetOf(options)).toThrow(sentence));

test('signet listens on a host and a port', () => {
  expect(listenAddress('192.168.1.5:4010')).toEqual({ host: '192.168.1.5', port: 4010 });
  expect(listenAddress('[::1]:0')).toEqual({ host: '[::1]', port: 0 });
  expect(listenAddress('4010')).toEqual({ host: '127.0.0.1', port: 4010 });
  for (const wrong of ['localhost', '127.0.0.1:70000', ''])
    expect(() => listenAddress(wrong)).toThrow('--listen-on is');
});
