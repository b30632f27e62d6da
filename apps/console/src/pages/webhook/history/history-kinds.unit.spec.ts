import { expect, test } from '@jest/globals';
import type { Page, WebhookHistoryEntry } from '../../../api/model.ts';
import { HISTORY_KINDS, matchingPage } from './history-kinds.ts';

const entry = (type: string, version: number) => ({ type, version }) as WebhookHistoryEntry;
/** A history of pages: the cursor of a page is its number. */
const historyOf = (...pages: readonly (readonly string[])[]) => {
  const asked: (string | undefined)[] = [];
  const read = async (cursor: string | undefined): Promise<Page<WebhookHistoryEntry>> => {
    asked.push(cursor);
    const at = Number(cursor ?? 0);
    const data = (pages[at] ?? []).map((type, index) => entry(type, at * 10 + index));
    return Promise.resolve({ data, nextCursor: at + 1 < pages.length ? String(at + 1) : null });
  };
  return { asked, read };
};
const FAILURES = ['WebhookAttemptFailed'];

test('pages without a match are passed', async () => {
  const { read } = historyOf(['WebhookUpdated'], ['WebhookEnabled'], ['WebhookAttemptFailed']);
  const page = await matchingPage(FAILURES, 30, undefined, read);
  expect(page).toEqual({ data: [entry('WebhookAttemptFailed', 20)], nextCursor: null });
});

test('reading stops with enough matches, and goes on from there', async () => {
  const { asked, read } = historyOf(['WebhookAttemptFailed'], ['WebhookUpdated', 'WebhookAttemptFailed']);
  expect(await matchingPage(FAILURES, 1, undefined, read)).toMatchObject({ nextCursor: '1' });
  expect(await matchingPage(FAILURES, 1, '1', read)).toEqual({
    data: [entry('WebhookAttemptFailed', 11)],
    nextCursor: null,
  });
  expect(asked).toEqual([undefined, '1']);
});

test('a long history without a match is not read to its end', async () => {
  const { asked, read } = historyOf(...Array.from({ length: 40 }, () => ['WebhookUpdated']));
  expect(await matchingPage(FAILURES, 1, undefined, read)).toEqual({ data: [], nextCursor: '10' });
  expect(asked).toHaveLength(10);
});

test('no type of event belongs to two kinds', () => {
  const types = HISTORY_KINDS.flatMap((kind) => kind.types as readonly string[]);
  expect(new Set(types).size).toBe(types.length);
});
