import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** Width of a dashboard in Grafana's units; a third of it is one panel. */
const WIDTH = 24;
const PANEL_WIDTH = WIDTH / 3;
const PANEL_HEIGHT = 8;

/** Grafana's name of a unit: https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit */
export type Unit = 's' | 'short' | 'ops' | 'reqps' | 'percentunit' | 'bytes' | 'none';

export interface Query {
  readonly expr: string;
  /** Name of each line, with labels as `{{job}}`. */
  readonly legend: string;
}

/** A graph as we describe it. */
export interface Panel {
  readonly title: string;
  /** Which values are normal, and what other values mean: the text behind the panel's `i`. */
  readonly normal: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** The value from which on an alert fires, read from its rule: a red line, where the alert compares with the drawn value. */
  readonly alertAbove?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Data source of every panel: the one that is chosen at the top of the dashboard. */
export const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' };

/** A time series panel of Grafana. */
export function builtPanel({ title, normal, unit, queries, alertAbove }: Panel): timeseries.PanelBuilder {
  const panel = new timeseries.PanelBuilder()
    .title(title)
    .description(normal)
    .unit(unit)
    .min(0)
    .span(PANEL_WIDTH)
    .height(PANEL_HEIGHT)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Never)
    .datasource(DATA_SOURCE);
  for (const [index, { expr, legend }] of queries.entries())
    panel.withTarget(
      new prometheus.DataqueryBuilder()
        .refId(String.fromCharCode('A'.charCodeAt(0) + index))
        .expr(expr)
        .legendFormat(legend),
    );
  if (alertAbove === undefined) return panel;
  const thresholds = new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    { value: alertAbove, color: 'red' },
  ]);
  const style = new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Line);
  return panel.thresholds(thresholds).thresholdsStyle(style);
}
