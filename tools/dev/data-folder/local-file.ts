import type { ServiceName } from '../gateway/gateway-routes.ts';

export interface ServicePlace {
  readonly pid: number;
  readonly port: number;
  readonly managementPort: number;
}

/** What `.signet/local.json` says while the system runs: everything that tools and tests need to find and use it. */
export interface LocalFile {
  readonly url: string;
  /** SIGNET_INSTALLATION of the services. */
  readonly installation: string;
  readonly operatorKey: string;
  readonly tenantId: string;
  readonly tenantKey: string;
  readonly producerKey: string;
  readonly kafkaBrokers: string;
  /** SIGNET_PREFIX of the services; empty where there is none. */
  readonly prefix: string;
  readonly databaseUrl: string;
  readonly services: Readonly<Record<ServiceName, ServicePlace>>;
  /** With --watch, where they are installed. */
  readonly prometheus?: string;
  readonly alertmanager?: string;
}
