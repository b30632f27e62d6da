import { z } from 'zod';
import { apiKeySnapshot, ROLES, tenantSnapshot, webhookSnapshot } from './registry-snapshots.ts';
import type { ApiKeySnapshot, Role, TenantSnapshot, WebhookSnapshot } from './registry-snapshots.ts';

/**
 * How this version reads snapshots that a later version of the registry may have written. Unknown fields are left out. An unknown
 * value is read as the known value that does the least harm:
 *
 * | field | unknown value is read as | since |
 * |---|---|---|
 * | status of a tenant | `suspended` | the unknown status may be one with which the tenant must not send |
 * | role of an API key | null: the key is not accepted | the unknown role may have fewer rights |
 * | ordering of a webhook | `subject` | an order that the webhook does not need costs only throughput |
 */
const known = <const T extends readonly string[], const F>(values: T, fallback: F) =>
  z.union([z.enum(values), z.string().transform(() => fallback)]);

const tenant = tenantSnapshot.extend({ status: known(['active', 'suspended'], 'suspended') });
const apiKey = apiKeySnapshot.extend({ role: known(ROLES, null) });
const webhook = webhookSnapshot.extend({ ordering: known(['none', 'subject'], 'subject') });

/** @throws if it is not a tenant */
export const readTenantSnapshot = (json: unknown): TenantSnapshot => tenant.parse(json);

type KnownApiKey = ApiKeySnapshot | (Omit<ApiKeySnapshot, 'role'> & { readonly role: null });
/** @throws if it is not an API key */
export const readApiKeySnapshot = (json: unknown): KnownApiKey => {
  const { role, ...rest }: Omit<ApiKeySnapshot, 'role'> & { readonly role: Role | null } = apiKey.parse(json);
  return role === null ? { ...rest, role } : { ...rest, role };
};

/** The webhook, or the reason why it is not one. */
export const readWebhookSnapshot = (
  json: unknown,
): { success: true; data: WebhookSnapshot } | { success: false; error: Error } => webhook.safeParse(json);
