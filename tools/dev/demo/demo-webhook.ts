import { Api, untilAccepted } from './api.ts';

interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly isActive: boolean;
}

export interface DemoWebhook {
  readonly id: string;
  /** Every secret that signs now, the newest first. */
  readonly secret: string;
}

const NAME = 'Bundled receiver';

/** The webhook of the bundled receiver: registered at the first start, pointed at its present address at later ones. */
export async function provideDemoWebhook(url: string, tenantKey: string, receiverUrl: string): Promise<DemoWebhook> {
  const tenant = new Api(url, tenantKey);
  const { body } = await untilAccepted(() =>
    tenant.get<{ data: Webhook[] }>(`/v1/webhooks?q=${encodeURIComponent(NAME)}`),
  );
  const found = body.data[0];
  if (found === undefined) {
    const created = await tenant.post<Webhook & { secret: string }>('/v1/webhooks', {
      name: NAME,
      description: 'Made by npm start: verifies each signature and prints what it gets.',
      url: receiverUrl,
      events: ['sale.created', 'sale.updated', 'sale.refunded'],
    });
    return { id: created.body.id, secret: created.body.secret };
  }
  if (found.url !== receiverUrl) await pointTo(tenant, found.id, receiverUrl);
  // The bundled receiver was stopped together with Signet; deliveries that failed meanwhile may have disabled the webhook.
  if (!found.isActive) await tenant.post(`/v1/webhooks/${found.id}/enable`, undefined);
  const secret = await tenant.get<{ secret: string }>(`/v1/webhooks/${found.id}/secret`);
  return { id: found.id, secret: secret.body.secret };
}

async function pointTo(tenant: Api, id: string, url: string): Promise<void> {
  const { etag } = await tenant.get(`/v1/webhooks/${id}`);
  await tenant.call('PATCH', `/v1/webhooks/${id}`, {
    body: { url },
    headers: etag === null ? {} : { 'if-match': etag },
  });
}
