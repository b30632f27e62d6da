import { rowProjection } from '../database/row-projection.ts';
import type { ApiKeyEvent } from './api-key.decider.ts';
import { API_KEY_EVENT_TYPES } from './api-key.decider.ts';
import { ApiKeyEntity } from './api-key.entity.ts';
import { ApiKeyQueries } from './api-key.queries.ts';
import type { ApiKeyRow } from './api-key.row.ts';
import { applyToApiKeyRow } from './api-key.row.ts';

/** Events of API keys → `api_keys`. */
export const apiKeyProjection = rowProjection<ApiKeyRow, ApiKeyEvent>({
  kind: 'api-key',
  handles: API_KEY_EVENT_TYPES,
  load: (em, ids) => new ApiKeyQueries(em).byIds(ids),
  apply: applyToApiKeyRow,
  store: (em, rows) => em.upsertMany(ApiKeyEntity, rows),
  remove: (em, ids) => em.nativeDelete(ApiKeyEntity, { id: { $in: ids } }),
  truncate: (em) => em.nativeDelete(ApiKeyEntity, {}),
});
