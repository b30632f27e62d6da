import { rowProjection } from '../../database/row-projection.ts';
import { WebhookActivityEntity, WebhookEntity } from './webhook.entity.ts';
import type { WebhookEvent } from '../domain/webhook.events.ts';
import { WEBHOOK_EVENT_TYPES } from '../domain/webhook.events.ts';
import { WebhookQueries } from './webhook.queries.ts';
import type { WebhookRow } from './webhook.row.ts';
import { applyToRow } from './webhook.row.ts';

/** Projects events of webhooks to `webhooks`. Deleting a webhook deletes its activity, too. */
export const webhookProjection = rowProjection<WebhookRow, WebhookEvent>({
  kind: 'webhook',
  handles: WEBHOOK_EVENT_TYPES,
  load: (em, ids) => new WebhookQueries(em).byIds(ids),
  apply: applyToRow,
  // MikroORM's types want arrays and objects that it could change; it does not change them.
  store: (em, rows) =>
    em.upsertMany(
      WebhookEntity,
      rows.map((row) => ({
        ...row,
        events: [...row.events],
        headers: { ...row.headers },
        sealedHeaders: { ...row.sealedHeaders },
        secrets: [...row.secrets],
      })),
    ),
  remove: async (em, ids) => {
    await em.nativeDelete(WebhookEntity, { id: { $in: ids } });
    await em.nativeDelete(WebhookActivityEntity, { webhookId: { $in: ids } });
  },
  truncate: (em) => em.nativeDelete(WebhookEntity, {}),
});
