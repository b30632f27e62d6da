/** What OpenAPI says of failures that several routes of a webhook share. */
export const WEBHOOK_NOT_FOUND = { webhook_not_found: 'There is no such webhook.' };
export const STALE = { stale_version: 'It was changed since you read it: read it again.' };
export const ETAG = { ETag: 'The version of the webhook, for If-Match.' };
