/** OpenAPI texts for failures that several routes of a webhook share. */
export const WEBHOOK_NOT_FOUND = { webhook_not_found: 'There is no such webhook.' };
/** Rules that need the whole webhook, or its present state; `errors` names the field. */
export const BROKEN_AS_A_WHOLE = {
  repeated: 'The header "x-shop-signature" is one of the webhook\'s headers already.',
  needs_https: 'A client certificate is shown over https only; the URL is none of https.',
};
export const NOTHING_TO_KEEP = {
  nothing_to_keep: 'The header "authorization" is to stay as it is, but there is none.',
};
export const STALE = { stale_version: 'It was changed since you read it: read it again.' };
export const ETAG = { ETag: 'The version of the webhook, for If-Match.' };
export const SECRET_UNREADABLE = {
  secret_unreadable:
    'The secret was sealed by a key that is missing here, so that nothing is delivered: rotate the secret, or have the operator add the key.',
};
