import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { builtPanel, DATA_SOURCE } from './panel.ts';
import type { Row } from './panel.ts';

/** A dashboard as we describe it. */
export interface Dashboard {
  /** Stable: links and bookmarks have it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
  /** Choices at the top: the name of a label of `metric`, whose values can be chosen. */
  readonly variables?: readonly { readonly label: string; readonly metric: string }[];
}

/** The JSON that Grafana provisions. */
export function builtDashboard({ uid, title, description, rows, variables = [] }: Dashboard): dashboard.Dashboard {
  const built = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['signet'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
  for (const { label, metric } of variables)
    built.withVariable(
      new dashboard.QueryVariableBuilder(label)
        .label(label)
        .datasource(DATA_SOURCE)
        .query(`label_values(${metric}, ${label})`)
        .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
        .includeAll(true),
    );
  for (const row of rows) {
    built.withRow(new dashboard.RowBuilder(row.title));
    for (const panel of row.panels) built.withPanel(builtPanel(panel));
  }
  return built.build();
}
