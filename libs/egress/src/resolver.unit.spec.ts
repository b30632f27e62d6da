import { describe, expect, test } from '@jest/globals';
import { fakeClock } from '@signet/testing';
import { AddressBook } from './resolver.ts';
import type { Resolve } from './resolver.ts';
import { EgressRules } from './rules.ts';

const answering =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

const bookOf = (resolve: Resolve, allow: string[] = []) => {
  const clock = fakeClock(new Date('2026-01-01T00:00:00Z'));
  const asked: string[] = [];
  const counting: Resolve = (host) => {
    asked.push(host);
    return resolve(host);
  };
  return { clock, asked, book: new AddressBook({ rules: new EgressRules({ allow }), resolve: counting, clock }) };
};

describe('the address book', () => {
  test('gives every address of a name, IPv4 first', async () => {
    const { book } = bookOf(answering('2606::1', '8.8.8.8', '2606::2', '8.8.4.4'));
    expect(await book.find('a.example')).toEqual({
      ok: true,
      addresses: ['8.8.8.8', '8.8.4.4', '2606::1', '2606::2'],
    });
  });

  test.each([
    ['first', ['127.0.0.1', '8.8.8.8']],
    ['last', ['8.8.8.8', '2606::1', '::ffff:10.0.0.1']],
    ['only', ['169.254.169.254']],
  ])('refuses a name whose %s address is not allowed, and says no more', async (_place, addresses) => {
    const { book } = bookOf(answering(...addresses));
    expect(await book.find('a.example')).toEqual({
      ok: false,
      errorClass: 'blocked_address',
      message: 'The address is not allowed.',
    });
  });

  test('asks once for many who want the same name, and once a second', async () => {
    const { book, asked, clock } = bookOf(answering('8.8.8.8'));
    const found = await Promise.all(Array.from({ length: 100 }, () => book.find('a.example')));
    expect(new Set(found).size).toBe(1);
    expect(asked).toHaveLength(1);

    clock.advance(999);
    expect(book.find('a.example')).not.toBeInstanceOf(Promise);
    clock.advance(1);
    await book.find('a.example');
    expect(asked).toHaveLength(2);
  });

  test('asks again after the clock was set back', async () => {
    const { book, asked, clock } = bookOf(answering('8.8.8.8'));
    await book.find('a.example');
    clock.advance(-3_600_000);
    await book.find('a.example');
    expect(asked).toHaveLength(2);
  });

  test('names the code of a failed look-up, and asks again when its second is over', async () => {
    const { book, asked, clock } = bookOf(() => Promise.reject(Object.assign(new Error(), { code: 'EAI_AGAIN' })));
    expect(await book.find('a.example')).toEqual({
      ok: false,
      errorClass: 'dns',
      message: 'The host name could not be resolved (EAI_AGAIN).',
    });
    clock.advance(1000);
    await book.find('a.example');
    expect(asked).toHaveLength(2);
  });

  test('takes a name without addresses for a failed look-up', async () => {
    const { book } = bookOf(answering());
    expect(await book.find('a.example')).toMatchObject({ ok: false, errorClass: 'dns' });
  });

  test('knows localhost without asking, as far as it is allowed', () => {
    const { book, asked } = bookOf(answering('6.6.6.6'), ['127.0.0.0/8']);
    expect(book.find('localhost')).toEqual({ ok: true, addresses: ['127.0.0.1'] });
    expect(book.find('a.localhost')).toEqual({ ok: true, addresses: ['127.0.0.1'] });
    expect(bookOf(answering('6.6.6.6')).book.find('localhost')).toMatchObject({ errorClass: 'blocked_address' });
    expect(asked).toEqual([]);
  });
});
