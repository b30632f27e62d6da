import { readFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { gauge } from './metrics.ts';
import { SERVICE_METRICS } from './service-metrics.ts';

/** Version of the package that this file is part of; all packages of the repository have the same. */
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Shows which service in which version runs here, as `signet_build_info`. */
export function showBuild(registry: Registry, service: string): void {
  gauge(registry, SERVICE_METRICS.buildInfo).set({ service, version, node_version: process.version }, 1);
}
