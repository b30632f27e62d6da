import type { RoutedWebhook } from '../../webhook-directory/routed-webhook.ts';

/** A webhook as the registry's decider has it; only the fields that the simulation reads. */
export type RegistryWebhook =
  | { readonly status: 'absent' | 'deleted' }
  | { readonly status: 'live'; readonly isActive: boolean; readonly failures: readonly string[] };
export interface RegistryEvent {
  readonly type: string;
  readonly data: unknown;
}

/** The registry's `webhookDecider`. Delivery must not import another application, so the caller that starts the simulation passes it. */
export interface RegistryRules {
  initialState(): RegistryWebhook;
  decide(command: unknown, state: RegistryWebhook): readonly RegistryEvent[];
  evolve(state: RegistryWebhook, event: RegistryEvent): RegistryWebhook;
}

/** One change on registry.webhooks.v1: a snapshot, or null where the webhook was deleted. */
export interface RegistryRecord {
  readonly webhookId: string;
  readonly snapshot: RoutedWebhook | null;
}

export type AskedOfRegistry = 'EnableWebhook' | 'DisableWebhook' | 'DeleteWebhook';

/** The registry, as the others in the world see it. */
export interface RegistrySide {
  /** Everything that was published, the oldest first. */
  readonly published: readonly RegistryRecord[];
  onPublished(listener: () => void): void;
  snapshot(webhookId: string): RoutedWebhook | null;
  ask(webhookId: string, type: AskedOfRegistry): void;
}
