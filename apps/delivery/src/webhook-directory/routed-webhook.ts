import type { WebhookSnapshot } from '@signet/contracts';

/** A webhook as routing and dispatch see it: its snapshot. */
export type RoutedWebhook = WebhookSnapshot;
