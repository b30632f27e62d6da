/**
 * The context (AES-GCM's additional data) under which a webhook's secret is sealed and opened. It binds the sealed
 * text to its webhook: copied onto another webhook's row or record, it does not open.
 */
export const webhookSecretContext = (webhookId: string): string => `webhook-secret:${webhookId}`;

/** The same for the value of one of its headers; upper and lower case of the name are the same. */
export const webhookHeaderContext = (webhookId: string, name: string): string =>
  `webhook-header:${webhookId}:${name.toLowerCase()}`;

/**
 * The same for what a webhook shows to a receiver that asks for a client certificate: sealed is the JSON of
 * `{certificate, key}`, both PEM.
 */
export const webhookIdentityContext = (webhookId: string): string => `webhook-identity:${webhookId}`;
