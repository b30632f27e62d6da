/** The parameter of a webhook's page by which the page offers a replay: since when messages were missed. */
export const MISSED_SINCE = 'missedSince';

/** The page of a webhook that was just enabled, with the offer to replay what it has missed. */
export const offerOfMissed = (webhookId: string, since: string): string =>
  `/webhooks/${webhookId}?${new URLSearchParams({ [MISSED_SINCE]: since }).toString()}`;

/** The time in the address; null where it holds no time. */
export const missedSinceIn = (asked: string | null): string | null =>
  asked !== null && !Number.isNaN(Date.parse(asked)) ? new Date(asked).toISOString() : null;
