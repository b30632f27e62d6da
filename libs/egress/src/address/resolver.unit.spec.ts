import { describe, expect, test } from '@jest/globals';
import { fakeClock } from '@signet/testing';
import { Lookups } from './lookups.ts';
import type { Resolve, ResolvedAddress } from './lookups.ts';
import { AddressBook } from './resolver.ts';
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
  return {
    clock,
    asked,
    book: new AddressBook({ rules: new EgressRules({ allow }), lookups: new Lookups(counting, 10), clock }),
  };
};

describe('the address book', () => {
  test('gives every address of a name, IPv4 first', async () => {
    const { book } = bookOf(answering('2606::1', '8.8.8.8', '2606::2', '8.8.4.4'));
    expect(await book.find('a.example')).toEqual({
      ok: true,
      addresses: ['8.8.8.8', '8.8.4.4', '2606::1', '2606::2'],
      answeredAt: expect.any(Number),
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
      code: null,
      askedAt: null,
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
      code: 'EAI_AGAIN',
      askedAt: clock().getTime(),
    });
    clock.advance(1000);
    await book.find('a.example');
    expect(asked).toHaveLength(2);
  });

  test('says of a failure that is used again when the resolver was asked', async () => {
    const { book, clock } = bookOf(() => Promise.reject(Object.assign(new Error(), { code: 'EAI_AGAIN' })));
    const askedAt = clock().getTime();
    await book.find('a.example');
    clock.advance(999);
    expect(await book.find('a.example')).toMatchObject({ ok: false, askedAt });
  });

  test('takes a name without addresses for a failed look-up', async () => {
    const { book } = bookOf(answering());
    expect(await book.find('a.example')).toMatchObject({ ok: false, errorClass: 'dns' });
  });

  test('knows localhost without asking, as far as it is allowed', () => {
    const { book, asked } = bookOf(answering('6.6.6.6'), ['127.0.0.0/8']);
    expect(book.find('localhost')).toEqual({ ok: true, addresses: ['127.0.0.1'], answeredAt: null });
    expect(book.find('a.localhost')).toEqual({ ok: true, addresses: ['127.0.0.1'], answeredAt: null });
    expect(bookOf(answering('6.6.6.6')).book.find('localhost')).toMatchObject({ errorClass: 'blocked_address' });
    expect(asked).toEqual([]);
  });

  test('goes on with the answer of the last minute while the next one does not come, and then takes that', async () => {
    let answer = (found: ResolvedAddress[]): void => void found;
    const replies: Resolve[] = [answering('8.8.8.8'), () => new Promise((resolve) => (answer = resolve))];
    const { book, asked, clock } = bookOf((host) => (replies.shift() ?? answering('6.6.6.6'))(host));
    const old = await book.find('a.example');
    clock.advance(30_000);
    expect(await book.find('a.example')).toEqual(old);
    expect(asked).toHaveLength(2);
    expect(book.find('a.example')).toEqual(old);
    // The old answer is older than a minute after this, so the next look-up waits for the new one.
    clock.advance(31_000);
    const later = book.find('a.example');
    answer([{ address: '8.8.4.4', family: 4 }]);
    expect(await later).toMatchObject({ ok: true, addresses: ['8.8.4.4'] });
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['EAI_AGAIN', 59_000, { ok: true, addresses: ['8.8.8.8'] }],
    ['EAI_AGAIN', 61_000, { ok: false, errorClass: 'dns' }],
    ['ENOTFOUND', 59_000, { ok: false, errorClass: 'dns' }],
  ])('after %s, with an answer %i ms old: %j', async (code, ms, expected) => {
    const replies: Resolve[] = [answering('8.8.8.8')];
    const failing: Resolve = () => Promise.reject(Object.assign(new Error(), { code }));
    const { book, clock } = bookOf((host) => (replies.shift() ?? failing)(host));
    await book.find('a.example');
    clock.advance(ms);
    expect(await book.find('a.example')).toMatchObject(expected);
  });
});
