import { Api, untilAccepted } from '../../dev/demo/api.ts';
import { EVENT_TYPE } from '../../bench/load/sale.ts';

export interface Tenant {
  readonly id: string;
  readonly producerKey: string;
}

/** A tenant with webhooks at these URLs, made through this registry as anybody would. */
export async function makeTenant(
  registryUrl: string,
  operatorKey: string,
  name: string,
  urls: readonly string[],
): Promise<Tenant> {
  const operator = new Api(registryUrl, operatorKey);
  const { id } = (await operator.post<{ id: string }>('/v1/tenants', { name })).body;
  const key = async (role: 'tenant' | 'producer'): Promise<string> =>
    (await untilAccepted(() => operator.post<{ key: string }>(`/v1/tenants/${id}/api-keys`, { name: role, role }))).body
      .key;
  const tenant = new Api(registryUrl, await key('tenant'));
  for (const url of urls)
    await untilAccepted(() => tenant.post('/v1/webhooks', { name: url.slice(-20), url, events: [EVENT_TYPE] }));
  return { id, producerKey: await key('producer') };
}
