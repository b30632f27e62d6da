import { setTimeout as delay } from 'node:timers/promises';
import { withDatabaseOf } from '../../bench/installation/database.ts';
import { HttpProducer } from '../../bench/load/http-producer.ts';
import type { ReceiverClient } from '../../bench/receiver-client.ts';
import { EVENT_TYPE } from '../../bench/load/sale.ts';
import type { SaleMaker } from '../../bench/load/sale.ts';
import { Api, untilAccepted } from '../../dev/demo/api.ts';

/** Where the messages go. */
export const PATHS = ['/ok/1', '/ok/2'] as const;
/** Webhooks that get nothing. They are read and changed like the others: a change waits for the one before it of the same webhook. */
const QUIET_WEBHOOKS = 8;
const OTHER_EVENT_TYPE = 'customer.created';
/** How long it may take until every service has read the webhooks from Kafka and deliveries to them begin. */
const ROUTABLE_WITHIN_MS = 60_000;
const PROBE_EVERY_MS = 500;

/** The tenant of the load, its keys and webhooks, made through the public address. */
export interface Tenant {
  readonly url: string;
  readonly id: string;
  readonly producerKey: string;
  readonly tenantKey: string;
  readonly webhookIds: readonly string[];
}

/** Resolves when a message has come to each webhook. */
export async function provideTenant(
  url: string,
  operator: Api,
  receiver: ReceiverClient,
  sales: SaleMaker,
): Promise<Tenant> {
  const { id } = (await operator.post<{ id: string }>('/v1/tenants', { name: 'rolling' })).body;
  const key = async (role: 'tenant' | 'producer'): Promise<string> =>
    (await untilAccepted(() => operator.post<{ key: string }>(`/v1/tenants/${id}/api-keys`, { name: role, role }))).body
      .key;
  const tenant = { url, id, producerKey: await key('producer'), tenantKey: await key('tenant') };
  const owner = new Api(url, tenant.tenantKey);
  const webhookIds: string[] = [];
  const quiet = Array.from({ length: QUIET_WEBHOOKS }, (_, index) => `/ok/quiet-${index + 1}`);
  for (const path of [...PATHS, ...quiet]) {
    const events = [quiet.includes(path) ? OTHER_EVENT_TYPE : EVENT_TYPE];
    const body = { name: path, url: receiver.url + path, events };
    webhookIds.push((await untilAccepted(() => owner.post<{ id: string }>('/v1/webhooks', body))).body.id);
  }
  await untilRoutable({ ...tenant, webhookIds }, receiver, sales);
  return { ...tenant, webhookIds };
}

async function untilRoutable(tenant: Tenant, receiver: ReceiverClient, sales: SaleMaker): Promise<void> {
  const probe = new HttpProducer({
    url: tenant.url,
    connections: 1,
    tenantId: tenant.id,
    producerKey: tenant.producerKey,
  });
  const deadline = performance.now() + ROUTABLE_WITHIN_MS;
  try {
    for (;;) {
      const refused: unknown = await probe.send([sales.make()]).catch((error: unknown) => error);
      await delay(PROBE_EVERY_MS);
      const count = await receiver.counts();
      if (PATHS.every((path) => count(path).messages > 0)) return;
      if (performance.now() > deadline) throw new Error('No message came to the webhooks.', { cause: refused });
    }
  } finally {
    await probe.close();
  }
}

/** What PostgreSQL says of the webhooks of the load. */
export interface Recorded {
  readonly succeeded: number;
  /** Deliveries with another status, and requests that are shelved. */
  readonly others: number;
  /** Changes of the webhooks since they were registered. */
  readonly changes: number;
}

export const recordedOf = (databaseUrl: string, { webhookIds }: Tenant): Promise<Recorded> =>
  withDatabaseOf({ databaseUrl }, async (client) => {
    const { rows } = await client.query<Record<keyof Recorded, string>>(
      `select
         (select count(*) from delivery.deliveries where webhook_id = any($1::uuid[]) and status = 'SUCCESS') as succeeded,
         (select count(*) from delivery.deliveries where webhook_id = any($1::uuid[]) and status <> 'SUCCESS')
           + (select count(*) from delivery.shelved_requests) as others,
         (select coalesce(sum(version - 1), 0) from registry.webhooks where id = any($1::uuid[])) as changes`,
      [webhookIds],
    );
    const number = (name: keyof Recorded): number => Number(rows[0]?.[name]);
    return { succeeded: number('succeeded'), others: number('others'), changes: number('changes') };
  });
