import type { Page, WebhookHistoryEntry } from '../../../api/model.ts';

/** The kinds of events that the history of a webhook is filtered by, each with the types of its events. */
export const HISTORY_KINDS = [
  {
    value: 'settings',
    name: 'Settings and secrets',
    types: [
      'WebhookRegistered',
      'WebhookUpdated',
      'WebhookDeleted',
      'WebhookSecretRotated',
      'WebhookCertificateSet',
      'WebhookCertificateRemoved',
    ],
  },
  { value: 'state', name: 'Enabled and disabled', types: ['WebhookEnabled', 'WebhookDisabled'] },
  {
    value: 'failures',
    name: 'Failures and alerts',
    types: ['WebhookAttemptFailed', 'WebhookFailureAlertRaised', 'WebhookRecovered'],
  },
  { value: 'tests', name: 'Tests', types: ['WebhookTestRequested'] },
] as const;

/** At most this many pages are read for one page of matches, so that a long history without a match ends soon. */
const PAGES = 10;
/** Entries a request while a filter is set: most of them may not match. */
export const READ_LIMIT = 200;
export const READ_AT_MOST = PAGES * READ_LIMIT;

/**
 * Reads a history until there is a page of matches: the API does not filter it. The result may hold more than `limit` entries. It holds
 * fewer, with a cursor, if ten pages had fewer matches.
 */
export async function matchingPage(
  types: readonly string[],
  limit: number,
  cursor: string | undefined,
  read: (cursor: string | undefined) => Promise<Page<WebhookHistoryEntry>>,
): Promise<Page<WebhookHistoryEntry>> {
  const found: WebhookHistoryEntry[] = [];
  let next = cursor;
  for (let page = 0; page < PAGES; page += 1) {
    const { data, nextCursor } = await read(next);
    found.push(...data.filter(({ type }) => types.includes(type)));
    if (nextCursor === null || found.length >= limit) return { data: found, nextCursor };
    next = nextCursor;
  }
  return { data: found, nextCursor: next ?? null };
}
