import type { Logger } from '../logging/logger.ts';
import type { TracingSettings } from '../settings/shared-settings.ts';
import { NO_TRACING } from './tracing.ts';
import type { Tracing } from './tracing.ts';

/** Sends traces to the collector of OTEL_EXPORTER_OTLP_ENDPOINT. If that is unset, OpenTelemetry is not even loaded. */
export async function startTracing(
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...settings }: Partial<TracingSettings>,
  service: { readonly name: string; readonly version: string; readonly installation: string | undefined },
  logger: Logger,
): Promise<Tracing> {
  if (endpoint === undefined) return NO_TRACING;
  const { otelTracing } = await import('./otel/otel-tracing.ts');
  return otelTracing(
    {
      endpoint,
      headers: settings.OTEL_EXPORTER_OTLP_HEADERS ?? {},
      sampler: settings.OTEL_TRACES_SAMPLER ?? 'parentbased_always_on',
      samplerRatio: settings.OTEL_TRACES_SAMPLER_ARG ?? 1,
      resource: {
        'service.version': service.version,
        'service.namespace': 'signet',
        'signet.installation': service.installation,
        ...settings.OTEL_RESOURCE_ATTRIBUTES,
        'service.name': settings.OTEL_SERVICE_NAME ?? `signet-${service.name}`,
      },
    },
    logger,
  );
}
