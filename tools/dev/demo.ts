import { fixedId } from '@signet/contracts';
import { Api, ApiError, untilAccepted } from './api.ts';
import { readPrivateJson, writePrivateJson } from './private-file.ts';

/** The tenant that `npm start` makes, so that there is something to see; its keys are shown once by the API, so kept. */
export interface Demo {
  readonly tenantId: string;
  readonly tenantKey: string;
  readonly producerKey: string;
  /** Where the bundled receiver listened last. */
  readonly receiverPort?: number;
}

const TENANT_ID = fixedId('demo tenant');
const TENANT_NAME = 'Demo Jewelers';

/** Makes what is missing of the demo tenant and its two keys. Nothing of it is made twice. */
export async function provideDemo(url: string, operatorKey: string, file: string): Promise<Demo> {
  const operator = new Api(url, operatorKey);
  await untilAccepted(() => createTenant(operator));
  const kept = readPrivateJson<Partial<Demo>>(file) ?? {};
  const demo: Demo = {
    ...kept,
    tenantId: TENANT_ID,
    tenantKey: await provideKey(operator, url, 'tenant', kept.tenantKey, '/v1/webhooks?limit=1'),
    producerKey: await provideKey(operator, url, 'producer', kept.producerKey, '/v1/event-types'),
  };
  writePrivateJson(file, demo);
  return demo;
}

async function createTenant(operator: Api): Promise<void> {
  try {
    await operator.post('/v1/tenants', { id: TENANT_ID, name: TENANT_NAME });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  }
}

/** The kept key if it is still let in (somebody may have revoked it), else a new one. */
async function provideKey(
  operator: Api,
  url: string,
  role: 'tenant' | 'producer',
  kept: string | undefined,
  anyPath: string,
): Promise<string> {
  if (kept !== undefined && (await isLetIn(new Api(url, kept), anyPath))) return kept;
  const { body } = await operator.post<{ key: string }>(`/v1/tenants/${TENANT_ID}/api-keys`, {
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
    // Known, but not allowed to do this: that is let in as well.
    if (error instanceof ApiError && error.status === 403) return true;
    throw error;
  }
}
