import { rowProjection } from '../../database/row-projection.ts';
import { WebhookActivityEntity, WebhookEntity } from './webhook.entity.ts';
import type { WebhookEvent } from '../domain/webhook.events.ts';
import { WEBHOOK_EVENT_TYPES } from '../domain/webhook.events.ts';
import { WebhookQueries } from './webhook.queries.ts';
import type { WebhookRow } from './webhook.row.ts';
import { applyToRow } from './webhook.row.ts';

/** Events of webhooks → `webhooks`. A deleted webhook takes its activity along. */
export const webhookProjection = rowProjection<WebhookRow, WebhookEvent>({
  kind: 'webhook',
  handles: WEBHOOK_EVENT_TYPES,
  load: (em, ids) => new WebhookQueries(em).byIds(ids),
  apply: applyToRow,
  // MikroORM asks for arrays and objects that it could change; it does not.
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
