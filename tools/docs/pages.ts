import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../dev/settings.ts';
import { ASYNCAPI_DOCUMENT, asyncApiDocument } from './asyncapi/document.ts';
import { CAPACITY_PAGE, capacityPage } from './capacity/page.ts';
import { CATALOGUE, catalogueOf } from './catalogue.ts';
import { SERVICES } from '../dev/gateway/gateway-routes.ts';
import { EVENT_TYPES_PAGE, eventTypesPage } from './event-types.ts';
import { MERGED_OPENAPI, mergedOpenApi } from './merged-openapi.ts';
import { dashboardFiles } from '../dashboards/dashboards.ts';
import { OPERATOR_RULES, operatorRules } from '../deploy/prometheus-rules.ts';
import { METRICS_PAGE, metricsPage } from './metrics.ts';
import { RECEIVING_PAGE, withQuotes } from './quotes.ts';
import { SETTINGS_PAGE, settingsPage } from './settings.ts';
import { TOPICS_PAGE, topicsPage } from './topics.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Every page that is generated, whole or in its quotes, by its place from the root of the repository. */
export const pages = (): Readonly<Record<string, string>> => ({
  [CATALOGUE]: catalogueOf(ROOT),
  [SETTINGS_PAGE]: `${settingsPage()}\n`,
  [EVENT_TYPES_PAGE]: `${eventTypesPage()}\n`,
  [RECEIVING_PAGE]: withQuotes(read(RECEIVING_PAGE), dirname(RECEIVING_PAGE), read),
  ...dashboardFiles(),
  [OPERATOR_RULES]: operatorRules(),
  [METRICS_PAGE]: `${metricsPage()}\n`,
  [CAPACITY_PAGE]: `${capacityPage()}\n`,
  [TOPICS_PAGE]: `${topicsPage()}\n`,
  [MERGED_OPENAPI]: `${JSON.stringify(mergedOpenApi(SERVICES.map((service) => read(`docs/openapi/${service}.json`))), null, 2)}\n`,
  [ASYNCAPI_DOCUMENT]: `${JSON.stringify(asyncApiDocument(), null, 2)}\n`,
});
