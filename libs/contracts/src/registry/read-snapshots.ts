import { z } from 'zod';
import { apiKeySnapshot, ROLES, tenantSnapshot, webhookSnapshot } from './registry-snapshots.ts';
import type { ApiKeySnapshot, Role, TenantSnapshot, WebhookSnapshot } from './registry-snapshots.ts';

/**
 * How this version reads what a later version of the registry may have written. Fields that it does not know are left out. For a
 * value that it does not know it takes the one that does least harm:
 *
 * | field | unknown value is read as | since |
 * |---|---|---|
 * | status of a tenant | `suspended` | it may be one that must not send |
 * | role of an API key | null: the key is not accepted | it may be one that may do less |
 * | ordering of a webhook | `subject` | an order that nobody asked for only costs throughput |
 */
const known = <const T extends readonly string[], const F>(values: T, fallback: F) =>
  z.union([z.enum(values), z.string().transform(() => fallback)]);

const tenant = tenantSnapshot.extend({ status: known(['active', 'suspended'], 'suspended') });
const apiKey = apiKeySnapshot.extend({ role: known(ROLES, null) });
const webhook = webhookSnapshot.extend({ ordering: known(['none', 'subject'], 'subject') });

/** @throws when it is no tenant */
export const readTenantSnapshot = (json: unknown): TenantSnapshot => tenant.parse(json);

type KnownApiKey = ApiKeySnapshot | (Omit<ApiKeySnapshot, 'role'> & { readonly role: null });
/** @throws when it is no API key */
export const readApiKeySnapshot = (json: unknown): KnownApiKey => {
  const { role, ...rest }: Omit<ApiKeySnapshot, 'role'> & { readonly role: Role | null } = apiKey.parse(json);
  return role === null ? { ...rest, role } : { ...rest, role };
};

/** The webhook, or why it is none. */
export const readWebhookSnapshot = (
  json: unknown,
): { success: true; data: WebhookSnapshot } | { success: false; error: Error } => webhook.safeParse(json);
