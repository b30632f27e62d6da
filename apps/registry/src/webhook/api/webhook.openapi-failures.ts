/** OpenAPI texts for failures that several routes of a webhook share. */
export const WEBHOOK_NOT_FOUND = { webhook_not_found: 'There is no such webhook.' };
/** Rules that need the whole webhook, or its present state; `errors` names the field. */
export const BROKEN_AS_A_WHOLE = {
  repeated: 'The header "x-shop-signature" is one of the webhook\'s headers already.',
  needs_https: 'A client certificate is used only over https; the URL does not begin with https.',
};
export const NOTHING_TO_KEEP = {
  nothing_to_keep: 'The header "authorization" cannot stay as it is: the webhook has no such header.',
};
export const STALE = { stale_version: 'It was changed since you read it: read it again.' };
export const ETAG = { ETag: 'The version of the webhook, for If-Match.' };
export const SECRET_UNREADABLE = {
  secret_unreadable:
    'The secret cannot be decrypted, because its sealing key is missing here, so nothing is delivered: rotate the secret, or ask the operator to add the key.',
};
