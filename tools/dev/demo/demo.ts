import { fixedId } from '@signet/contracts';
import { Api, ApiError, untilAccepted } from './api.ts';
import type { Keys } from './keys.ts';
import { readPrivateJson, writePrivateJson } from '../data-folder/private-file.ts';

/** The tenant that `npm start` makes, so that there is something to see. The API shows its keys only once, so they are kept here. */
export interface Demo {
  readonly tenantId: string;
  readonly tenantKey: string;
  readonly producerKey: string;
  /** Where the bundled receiver listened last. */
  readonly receiverPort?: number;
}

/**
 * Each installation has a demo tenant with an id of its own, so that records and keys of two installations are never mixed up. The id
 * stays the same at each start, also with a new data folder. A data folder from before 0.2 keeps the tenant that it has.
 */
export const demoTenantId = (installation: string): string => fixedId(`demo tenant ${installation}`);
const TENANT_NAME = 'Demo Jewelers';

/** Makes the demo tenant and its two keys, as far as they are missing. */
export async function provideDemo(
  url: string,
  { operatorKey, installation }: Pick<Keys, 'operatorKey' | 'installation'>,
  file: string,
): Promise<Demo> {
  const operator = new Api(url, operatorKey);
  const kept = readPrivateJson<Partial<Demo>>(file) ?? {};
  const tenantId = kept.tenantId ?? demoTenantId(installation);
  await untilAccepted(() => createTenant(operator, tenantId));
  const keyOf = (role: 'tenant' | 'producer', known: string | undefined, anyPath: string): Promise<string> =>
    provideKey({ operator, url, tenantId, role, kept: known, anyPath });
  const demo: Demo = {
    ...kept,
    tenantId,
    tenantKey: await keyOf('tenant', kept.tenantKey, '/v1/webhooks?limit=1'),
    producerKey: await keyOf('producer', kept.producerKey, '/v1/event-types'),
  };
  writePrivateJson(file, demo);
  return demo;
}

async function createTenant(operator: Api, id: string): Promise<void> {
  try {
    await operator.post('/v1/tenants', { id, name: TENANT_NAME });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  }
}

interface KeyWanted {
  readonly operator: Api;
  readonly url: string;
  readonly tenantId: string;
  readonly role: 'tenant' | 'producer';
  readonly kept: string | undefined;
  readonly anyPath: string;
}

/** The kept key if it is still accepted (it may have been revoked), else a new one. */
async function provideKey({ operator, url, tenantId, role, kept, anyPath }: KeyWanted): Promise<string> {
  if (kept !== undefined && (await isLetIn(new Api(url, kept), anyPath))) return kept;
  const { body } = await operator.post<{ key: string }>(`/v1/tenants/${tenantId}/api-keys`, {
    name: `demo ${role}`,
    role,
  });
  return body.key;
}

async function isLetIn(api: Api, path: string): Promise<boolean> {
  try {
    await api.get(path);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    // The key is known and only lacks the right for this path: it is still accepted.
    if (error instanceof ApiError && error.status === 403) return true;
    throw error;
  }
}
