import { expect, test } from '@jest/globals';
import type { DeliveryDay } from '../../database/delivery-days.ts';
import { daysWithin, newestOf } from './delivery.pages.ts';
import type { Placed } from './delivery.pages.ts';

const at = (day: number, hour = 0): string => new Date(Date.UTC(2026, 0, day, hour)).toISOString();
const dayOf = (day: number): string => at(day).slice(0, 10);
/** A day whose deliveries were created on it. */
const usual = (day: number): DeliveryDay => ({ day: dayOf(day), createdFrom: at(day), createdUntil: at(day + 1) });
const month = Array.from({ length: 30 }, (_, index) => usual(index + 1));

/** Reads rows by the day of their partition, and remembers which days were asked for. */
function reading(rows: readonly (Placed & { day: string })[], limit: number) {
  const asked: string[][] = [];
  const read = (days: readonly DeliveryDay[], from: string | undefined) => {
    asked.push(days.map(({ day }) => day));
    const found = rows.filter((row) => days.some(({ day }) => day === row.day) && (!from || row.createdAt >= from));
    const newest = found.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    return Promise.resolve(newest.slice(0, limit));
  };
  return { asked, read };
}
const row = (id: string, day: number, createdAt = at(day, 12)) => ({ id, day: dayOf(day), createdAt });

test('a page that the last days fill asks no others', async () => {
  const { asked, read } = reading([row('a', 30), row('b', 29), row('c', 2)], 2);
  expect((await newestOf(month, 2, read)).map(({ id }) => id)).toEqual(['a', 'b']);
  expect(asked).toEqual([[30, 29, 28, 27].map(dayOf)]);
});

test('a page that is not full goes on to every day, in three steps', async () => {
  const { asked, read } = reading([row('a', 1)], 2);
  expect((await newestOf(month, 2, read)).map(({ id }) => id)).toEqual(['a']);
  expect(asked.map(({ length }) => length)).toEqual([4, 12, 14]);
});

test('a day of long ago is asked first when something was created in it just now', async () => {
  const replayed = { ...usual(3), createdUntil: at(31, 1) };
  const { asked, read } = reading([row('old', 3, at(31)), row('new', 30)], 2);
  const days = month.map((day) => (day.day === replayed.day ? replayed : day));
  expect((await newestOf(days, 2, read)).map(({ id }) => id)).toEqual(['old', 'new']);
  expect(asked).toEqual([[3, 30, 29, 28].map(dayOf)]);
});

test('a full page asks once more for what may be newer than its last row, and for nothing older', async () => {
  const busy = [31, 32, 33, 34].map(usual);
  // More days that were replayed of late than the first step takes.
  const replayed = [1, 2].map((day) => ({ ...usual(day), createdUntil: at(31, 2) }));
  const { asked, read } = reading([row('a', 34), row('b', 31, at(31, 1)), row('c', 2, at(31, 1.5))], 2);
  expect((await newestOf([...month.slice(2), ...replayed, ...busy], 2, read)).map(({ id }) => id)).toEqual(['a', 'c']);
  expect(asked).toEqual([[34, 33, 32, 31].map(dayOf), [2, 1].map(dayOf)]);
});

test('only days that overlap the range are looked at', () => {
  const days = daysWithin(month, { from: at(10), before: at(12) }).map(({ day }) => day);
  expect(days).toEqual([11, 10].map(dayOf));
  expect(daysWithin(month, { before: at(1) })).toEqual([]);
});
