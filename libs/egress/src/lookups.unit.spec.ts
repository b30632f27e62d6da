import { expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import { Lookups, systemLookupsAtOnce } from './lookups.ts';
import type { Resolve } from './lookups.ts';

/** A resolver that answers for a name when it is told to. */
function resolver() {
  const asked: string[] = [];
  const answers = new Map<string, () => void>();
  const resolve: Resolve = (host) => {
    asked.push(host);
    return new Promise((done) => answers.set(host, () => done([{ address: '8.8.8.8', family: 4 }])));
  };
  return { asked, resolve, answer: (host: string) => answers.get(host)?.() };
}

/** Names that have been slow once. */
async function slowNames(lookups: Lookups, names: readonly string[], answer: (host: string) => void): Promise<void> {
  for (const name of names) {
    const found = lookups.addressesOf(name);
    await new Promise((resolve) => setTimeout(resolve, 5));
    answer(name);
    await found;
  }
}

test('asks for so many names at once, and for the next when one is found', async () => {
  const { asked, resolve, answer } = resolver();
  const lookups = new Lookups(resolve, 2);
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

test('names that were slow before take half of the look-ups, and leave the others to everybody else', async () => {
  const { asked, resolve, answer } = resolver();
  const lookups = new Lookups(resolve, 4, 1);
  const slow = ['s1', 's2', 's3', 's4', 's5'];
  await slowNames(lookups, slow, answer);
  asked.length = 0;
  const again = slow.map((name) => lookups.addressesOf(name));
  await waitFor(() => asked.length === 2, { what: 'two slow ones' });
  const quick = lookups.addressesOf('q');
  await waitFor(() => asked.includes('q'), { what: 'the quick one' });
  expect(asked).toEqual(['s1', 's2', 'q']);
  answer('q');
  await quick;
  for (const name of slow) {
    await waitFor(() => asked.includes(name), { what: `${name} to have its turn` });
    answer(name);
  }
  expect(await Promise.all(again)).toHaveLength(5);
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
