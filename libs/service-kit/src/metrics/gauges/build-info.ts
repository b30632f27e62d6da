import type { Registry } from 'prom-client';
import { VERSION } from '../../version.ts';
import { gauge } from '../metrics.ts';
import { SERVICE_METRICS } from '../service-metrics.ts';

/** Shows which service in which version runs here, as `signet_build_info`. */
export function showBuild(registry: Registry, service: string): void {
  gauge(registry, SERVICE_METRICS.buildInfo).set({ service, version: VERSION, node_version: process.version }, 1);
}
