/**
 * The context (AES-GCM's additional data) under which a webhook's secret is sealed and opened. It binds the sealed
 * text to its webhook: copied onto another webhook's row or record, it does not open.
 */
export const webhookSecretContext = (webhookId: string): string => `webhook-secret:${webhookId}`;
