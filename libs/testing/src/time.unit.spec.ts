import { expect, test } from '@jest/globals';
import { fakeClock } from './fake-clock.ts';
import { waitFor } from './wait-for.ts';

test('a fake clock stands still until it is moved', () => {
  const clock = fakeClock('2026-03-01T00:00:00Z');
  expect(clock()).toEqual(clock());
  clock.advance(90_000);
  expect(clock().toISOString()).toBe('2026-03-01T00:01:30.000Z');
  clock.set('2027-01-01T00:00:00Z');
  expect(clock().getUTCFullYear()).toBe(2027);
});

test('waiting ends with the first value that is truthy', async () => {
  const values = [undefined, 0, 'ready'];
  expect(await waitFor(() => values.shift(), { what: 'the third value' })).toBe('ready');
});

test('waiting in vain says what for, and why not', async () => {
  const condition = (): never => {
    throw new Error('connection refused');
  };
  const waiting = waitFor(condition, { what: 'the server', timeoutMs: 50 });
  await expect(waiting).rejects.toThrow('Waited 50 ms for the server');
  await expect(waiting).rejects.toMatchObject({ cause: new Error('connection refused') });
});
