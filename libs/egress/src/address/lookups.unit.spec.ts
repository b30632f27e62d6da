import { expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import { Lookups, systemLookupsAtOnce } from './lookups.ts';
import type { Resolve } from './lookups.ts';

/** An answer within this time counts as quick: longer than any pause of a busy machine. Milliseconds. */
const SLOW_MS = 60_000;

/** A resolver that answers for a name when the test lets it. */
function resolver() {
  const asked: string[] = [];
  const answers = new Map<string, () => void>();
  const resolve: Resolve = (host) => {
    asked.push(host);
    return new Promise((done) => answers.set(host, () => done([{ address: '8.8.8.8', family: 4 }])));
  };
  return { asked, resolve, answer: (host: string) => answers.get(host)?.() };
}

test('asks for so many names at once, and for the next when one is found', async () => {
  const { asked, resolve, answer } = resolver();
  const lookups = new Lookups(resolve, 4);
  const found = ['a', 'b', 'c'].map((name) => lookups.addressesOf(name));
  await waitFor(() => asked.length === 2, { what: 'two to be asked for' });
  expect(asked).toEqual(['a', 'b']);
  answer('b');
  await found[1];
  await waitFor(() => asked.length === 3, { what: 'the third' });
  answer('a');
  answer('c');
  expect(await Promise.all(found)).toHaveLength(3);
});

test('names without a quick answer so far take half of the look-ups, and leave the others to quick names', async () => {
  const { asked, resolve, answer } = resolver();
  const lookups = new Lookups(resolve, 4, SLOW_MS);
  const before = lookups.addressesOf('q');
  await waitFor(() => asked.includes('q'), { what: 'the quick one, when it is new' });
  answer('q');
  await before;
  asked.length = 0;
  const names = ['s1', 's2', 's3', 's4', 's5'];
  const slow = names.map((name) => lookups.addressesOf(name));
  await waitFor(() => asked.length === 2, { what: 'two slow ones' });
  const quick = lookups.addressesOf('q');
  await waitFor(() => asked.includes('q'), { what: 'the quick one' });
  expect(asked).toEqual(['s1', 's2', 'q']);
  answer('q');
  await quick;
  for (const name of names) {
    await waitFor(() => asked.includes(name), { what: `${name} to have its turn` });
    answer(name);
  }
  expect(await Promise.all(slow)).toHaveLength(5);
});

test('a name that took long is no longer a quick one', async () => {
  const { asked, resolve, answer } = resolver();
  const lookups = new Lookups(resolve, 2, 0);
  for (const name of ['a', 'b']) {
    const found = lookups.addressesOf(name);
    await waitFor(() => asked.includes(name), { what: name });
    answer(name);
    await found;
  }
  asked.length = 0;
  const again = ['a', 'b'].map((name) => lookups.addressesOf(name));
  await waitFor(() => asked.includes('a'), { what: 'the first' });
  expect(asked).toEqual(['a']);
  answer('a');
  await waitFor(() => asked.includes('b'), { what: 'the second' });
  answer('b');
  await Promise.all(again);
});

test('a failed look-up gives its place back', async () => {
  let failures = 0;
  const lookups = new Lookups(() => {
    failures += 1;
    return Promise.reject(new Error('no'));
  }, 1);
  await expect(lookups.addressesOf('a')).rejects.toThrow('no');
  await expect(lookups.addressesOf('b')).rejects.toThrow('no');
  expect(failures).toBe(2);
});

test.each([
  [undefined, 2],
  ['1', 1],
  ['16', 8],
])('with %s threads, libuv lets %i look-ups through', (threads, expected) => {
  expect(systemLookupsAtOnce(threads)).toBe(expected);
});
