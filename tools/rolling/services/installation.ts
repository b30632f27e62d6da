import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir } from '../../dev/data-folder/data-dir.ts';
import { superviseGateway } from '../../dev/gateway/gateway-process.ts';
import { SERVICES } from '../../dev/gateway/gateway-routes.ts';
import type { ServiceName } from '../../dev/gateway/gateway-routes.ts';
import { Infrastructure } from '../../dev/servers/infrastructure.ts';
import { provideKeys } from '../../dev/demo/keys.ts';
import { Ports } from '../../dev/servers/ports.ts';
import { RunningFile } from '../../dev/data-folder/running-file.ts';
import { readSettings, ROOT } from '../../dev/settings.ts';
import type { Supervised } from '../../dev/services/supervised.ts';
import { createTopics } from '../../dev/servers/topics.ts';
import type { PortPair } from './replica.ts';
import { RolledService } from './rolled-service.ts';

/** Within the repository, because a system's own temporary folder may be memory, where fsync costs nothing. */
const TEMPORARY = join(ROOT, '.tmp/rolling');
/** Grace period at the end of the run, where the replicas need no long one. */
const END_SECONDS = 15;

/** PostgreSQL, Kafka, the replicas of each service, and the gateway in front of them. */
export class Installation {
  readonly #folder: string;
  readonly #infrastructure: Infrastructure;
  readonly #services: ReadonlyMap<ServiceName, RolledService>;
  readonly #gateway: Supervised;
  readonly url: string;
  readonly operatorKey: string;
  readonly databaseUrl: string;

  private constructor(own: {
    folder: string;
    infrastructure: Infrastructure;
    services: ReadonlyMap<ServiceName, RolledService>;
    gateway: Supervised;
    url: string;
    operatorKey: string;
    databaseUrl: string;
  }) {
    this.#folder = own.folder;
    this.#infrastructure = own.infrastructure;
    this.#services = own.services;
    this.#gateway = own.gateway;
    this.url = own.url;
    this.operatorKey = own.operatorKey;
    this.databaseUrl = own.databaseUrl;
  }

  /**
   * @param replicas of each service
   * @param most how many of each may run at once
   */
  static async start(replicas: number, most: number, stopping: AbortSignal): Promise<Installation> {
    mkdirSync(TEMPORARY, { recursive: true });
    const folder = mkdtempSync(join(TEMPORARY, 'signet-'));
    // PostgreSQL runs as another user when we are root, and must be able to enter.
    chmodSync(folder, 0o755);
    const settings = readSettings({ ...process.env, SIGNET_DATA_DIR: folder });
    const [dataDir, ports] = [openDataDir(folder), new Ports()];
    const keys = provideKeys(settings, dataDir);
    const infrastructure = new Infrastructure({ settings, dataDir, ports, stopping });
    const services = new Map<ServiceName, RolledService>();
    let gateway: Supervised | undefined;
    try {
      const servers = await infrastructure.start();
      await createTopics(servers.kafkaBrokers, settings.sourceTopics);
      for (const name of SERVICES) {
        const portPairs: PortPair[] = [];
        while (portPairs.length < most) portPairs.push(await portPair(ports, name));
        services.set(name, new RolledService(name, portPairs, { settings, dataDir, keys, ...servers }, stopping));
      }
      await Promise.all([...services.values()].map((service) => service.start(replicas)));
      const upstreamsOf = (name: ServiceName) => services.get(name)?.upstreams ?? [];
      const upstreams = {
        registry: upstreamsOf('registry'),
        ingestion: upstreamsOf('ingestion'),
        delivery: upstreamsOf('delivery'),
      };
      const port = await ports.startOnOne({ what: 'the public address' }, async (port) => {
        const running = new RunningFile(dataDir.running);
        gateway = superviseGateway({ host: '127.0.0.1', port, upstreams, dataDir, running });
        await gateway.start();
        return port;
      });
      if (gateway === undefined) throw new Error('The gateway has not been started.');
      const [url, operatorKey] = [`http://127.0.0.1:${port}`, keys.operatorKey];
      return new Installation({ folder, infrastructure, services, gateway, url, operatorKey, ...servers });
    } catch (error) {
      await end({ folder, infrastructure, services, gateway });
      throw error;
    }
  }

  service(name: ServiceName): RolledService {
    const service = this.#services.get(name);
    if (service === undefined) throw new Error(`There is no ${name}.`);
    return service;
  }

  /** Processes that ended without a signal from us. */
  get lost(): number {
    return [...this.#services.values()].reduce((sum, { lost }) => sum + lost, 0);
  }

  /** Ends everything and removes its data. */
  stop(): Promise<void> {
    const [folder, infrastructure] = [this.#folder, this.#infrastructure];
    return end({ folder, infrastructure, services: this.#services, gateway: this.#gateway });
  }
}

const portPair = (ports: Ports, name: ServiceName): Promise<PortPair> =>
  ports.startOn([{ what: name }, { what: `management of ${name}` }], async ([port = 0, managementPort = 0]) => ({
    port,
    managementPort,
  }));

async function end(parts: {
  folder: string;
  infrastructure: Infrastructure;
  services: ReadonlyMap<ServiceName, RolledService>;
  gateway: Supervised | undefined;
}): Promise<void> {
  await Promise.all([...parts.services.values()].map((service) => service.end(END_SECONDS)));
  await parts.gateway?.stop();
  await parts.infrastructure.stop({ hard: true });
  rmSync(parts.folder, { recursive: true, force: true });
}
