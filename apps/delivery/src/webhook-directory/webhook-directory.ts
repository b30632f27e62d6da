import type { WebhookSnapshot } from '@signet/contracts';
import { LRUCache } from 'lru-cache';
import type { RoutedWebhook } from './routed-webhook.ts';

export type WebhookChange =
  | { readonly kind: 'changed'; readonly webhook: RoutedWebhook; readonly before: RoutedWebhook | undefined }
  | { readonly kind: 'deleted'; readonly webhookId: string };

/** How many deletions are remembered, the latest ones. A webhook that was deleted earlier is merely unknown. */
const KNOWN_DELETIONS = 10_000;

const NONE: readonly RoutedWebhook[] = [];

/**
 * Every webhook there is, by id and by what it is subscribed to: the whole of registry.webhooks.v1 in memory, so that routing
 * a message needs no query.
 */
export class WebhookDirectory {
  private readonly byId = new Map<string, RoutedWebhook>();
  /** tenant → webhook → its name in lower case, for searches. */
  private readonly names = new Map<string, Map<string, string>>();
  /** tenant → event type → active webhooks. */
  private readonly routes = new Map<string, Map<string, readonly RoutedWebhook[]>>();
  private readonly deleted: LRUCache<string, true>;
  private readonly listeners: ((change: WebhookChange) => void)[] = [];

  constructor(knownDeletions = KNOWN_DELETIONS) {
    this.deleted = new LRUCache({ max: knownDeletions });
  }

  get size(): number {
    return this.byId.size;
  }

  get(webhookId: string): RoutedWebhook | undefined {
    return this.byId.get(webhookId);
  }

  /** Whether its tombstone was read; a webhook that is merely unknown may be newer than the last record that was read. */
  isKnownToBeDeleted(webhookId: string): boolean {
    return this.deleted.has(webhookId);
  }

  /**
   * Whether the webhook takes no deliveries as far as was read here, while another replica has read this later version: the
   * webhook may have been registered or enabled meanwhile.
   */
  mayHaveBegun(webhookId: string, version: number): boolean {
    const known = this.byId.get(webhookId);
    return !known?.isActive && (known?.version ?? -1) < version && !this.deleted.has(webhookId);
  }

  /** Ids of the tenant's webhooks, active or not. */
  idsOfTenant(tenantId: string): string[] {
    return [...(this.names.get(tenantId)?.keys() ?? [])];
  }

  /** The active webhooks of the tenant that are subscribed to the event type. */
  subscribers(tenantId: string, eventType: string): readonly RoutedWebhook[] {
    return this.routes.get(tenantId)?.get(eventType) ?? NONE;
  }

  /** Ids of the webhooks whose name contains the text, in any case; of the tenant's webhooks, or with null of all. */
  idsByName(text: string, tenantId: string | null): string[] {
    const wanted = text.toLowerCase();
    const tenants = tenantId === null ? this.names.values() : [this.names.get(tenantId) ?? new Map<string, string>()];
    const ids: string[] = [];
    for (const names of tenants) for (const [id, name] of names) if (name.includes(wanted)) ids.push(id);
    return ids;
  }

  onChange(listener: (change: WebhookChange) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Ids are never used twice, so that a snapshot behind a tombstone is an old one that is read again. A snapshot that is not
   * newer than the one known changes nothing: records of one key may be read twice. A snapshot of the same version can differ
   * only in its sealing: the later one counts, since the key of the former one may be gone.
   *
   * @param supersedes the snapshot is of a later generation than the known one: it counts regardless of its version, and even
   *   if the webhook was deleted, since the registry's database was restored to an earlier time or publishes all webhooks
   *   again
   */
  put(webhook: WebhookSnapshot, supersedes = false): void {
    const before = this.byId.get(webhook.id);
    if (supersedes) this.deleted.delete(webhook.id);
    else if (this.deleted.has(webhook.id)) return;
    else if (before && before.version > webhook.version) return;
    else if (before?.version === webhook.version) {
      const { headers, sealedHeaders, secrets, clientCertificate } = webhook;
      this.replace(before, { ...before, headers, sealedHeaders, secrets, clientCertificate });
      return;
    }
    this.replace(before, webhook);
    this.tell({ kind: 'changed', webhook, before });
  }

  private replace(before: RoutedWebhook | undefined, webhook: RoutedWebhook): void {
    if (before) this.unroute(before);
    this.byId.set(webhook.id, webhook);
    this.name(webhook);
    if (webhook.isActive) this.route(webhook);
  }

  remove(webhookId: string): void {
    this.deleted.set(webhookId, true);
    const before = this.byId.get(webhookId);
    if (!before) return;
    this.unroute(before);
    this.byId.delete(webhookId);
    this.unname(before);
    this.tell({ kind: 'deleted', webhookId });
  }

  private tell(change: WebhookChange): void {
    for (const listener of this.listeners) listener(change);
  }

  private name({ tenantId, id, name }: RoutedWebhook): void {
    let names = this.names.get(tenantId);
    if (!names) this.names.set(tenantId, (names = new Map()));
    names.set(id, name.toLowerCase());
  }

  private unname({ tenantId, id }: RoutedWebhook): void {
    const names = this.names.get(tenantId);
    names?.delete(id);
    if (names?.size === 0) this.names.delete(tenantId);
  }

  private route(webhook: RoutedWebhook): void {
    let types = this.routes.get(webhook.tenantId);
    if (!types) this.routes.set(webhook.tenantId, (types = new Map()));
    for (const type of webhook.events) types.set(type, [...(types.get(type) ?? NONE), webhook]);
  }

  private unroute(webhook: RoutedWebhook): void {
    const types = this.routes.get(webhook.tenantId);
    if (!types) return;
    for (const type of webhook.events) {
      const left = (types.get(type) ?? NONE).filter(({ id }) => id !== webhook.id);
      if (left.length === 0) types.delete(type);
      else types.set(type, left);
    }
    if (types.size === 0) this.routes.delete(webhook.tenantId);
  }
}
