import { builtDashboard } from './dashboard.ts';
import type { Dashboard } from './dashboard.ts';
import { DELIVERY } from './delivery.ts';
import { INGESTION } from './ingestion.ts';
import { KAFKA_AND_POSTGRESQL } from './kafka-and-postgresql.ts';
import { OVERVIEW } from './overview.ts';
import { WEBHOOK } from './webhook.ts';

export const DASHBOARDS: readonly Dashboard[] = [OVERVIEW, DELIVERY, WEBHOOK, INGESTION, KAFKA_AND_POSTGRESQL];

/** The files of deploy/grafana/dashboards, by their place from the root of the repository. */
export const dashboardFiles = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    DASHBOARDS.map((dashboard) => [
      `deploy/grafana/dashboards/${dashboard.uid}.json`,
      `${JSON.stringify(builtDashboard(dashboard), null, 2)}\n`,
    ]),
  );
