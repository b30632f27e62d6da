import { join } from 'node:path';
import type { Upstreams } from '../gateway/gateway-proxy.ts';
import type { ServiceName } from '../gateway/gateway-routes.ts';
import { SERVICES } from '../gateway/gateway-routes.ts';
import type { Ports } from '../servers/ports.ts';
import { say, warn } from '../progress.ts';
import type { RunningFile } from '../data-folder/running-file.ts';
import { serviceEnvironment } from './service-environment.ts';
import type { ServicePlaces } from './service-environment.ts';
import { answersReady } from './service-readiness.ts';
import { Supervised } from './supervised.ts';

const PORTS: Readonly<Record<ServiceName, number>> = { registry: 3000, ingestion: 3001, delivery: 3002 };
const MANAGEMENT_OFFSET = 100;

export interface Service {
  readonly name: ServiceName;
  readonly port: number;
  readonly managementPort: number;
  readonly process: Supervised;
}

export interface ServicesOptions extends ServicePlaces {
  readonly running: RunningFile;
  readonly ports: Ports;
  /** A service has a new process. */
  readonly onRestart: () => void;
  /** Once it is aborted, no other ports are chosen any more. */
  readonly stopping: AbortSignal;
}

/** The three services. */
export class Services {
  readonly #options: ServicesOptions;
  readonly #services = new Map<ServiceName, Service>();

  constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /** The services that run or are being started, each with its ports. */
  get all(): readonly Service[] {
    return SERVICES.flatMap((name) => this.#services.get(name) ?? []);
  }

  /** Where the gateway finds them. */
  get upstreams(): Upstreams {
    const upstreamOf = (name: ServiceName): Upstreams[ServiceName] => {
      const service = this.#services.get(name);
      return service === undefined ? [] : [{ url: `http://127.0.0.1:${service.port}` }];
    };
    return { registry: upstreamOf('registry'), ingestion: upstreamOf('ingestion'), delivery: upstreamOf('delivery') };
  }

  /** Resolves when all are ready. */
  async start(): Promise<void> {
    await Promise.all(SERVICES.map((name) => this.#start(name)));
  }

  /** May be called while they are being started. */
  async stop(options: { hard?: boolean }): Promise<void> {
    await Promise.all(this.all.map(({ process }) => process.stop(options)));
  }

  async #start(name: ServiceName): Promise<void> {
    const wishes = [
      { what: name, preferred: PORTS[name] },
      { what: `management of ${name}`, preferred: PORTS[name] + MANAGEMENT_OFFSET },
    ];
    const port = await this.#options.ports.startOn(wishes, async ([port = 0, managementPort = 0]) => {
      this.#options.stopping.throwIfAborted();
      const process = supervise(name, port, managementPort, this.#options);
      this.#services.set(name, { name, port, managementPort, process });
      await process.start();
      return port;
    });
    say(`${name} is ready on 127.0.0.1:${port}`);
  }
}

function supervise(name: ServiceName, port: number, managementPort: number, options: ServicesOptions): Supervised {
  const { dataDir, running, onRestart } = options;
  return new Supervised({
    name,
    script: `apps/${name}/dist/main.js`,
    logFile: join(dataDir.logs, `${name}.log`),
    env: {
      ...serviceEnvironment(options, { port, managementPort }),
      // A person who presses Ctrl-C waits for the requests in flight, but not for long. Work that is left is done after the next start.
      SIGNET_SHUTDOWN_DEADLINE: process.env['SIGNET_SHUTDOWN_DEADLINE'] ?? '10s',
      // No load balancer has to learn of a stop beforehand.
      SIGNET_DRAIN_PAUSE: process.env['SIGNET_DRAIN_PAUSE'] ?? '0s',
    },
    isReady: (pid) => answersReady(managementPort, pid),
    onStart: (pid) => running.add(name, pid),
    onReady: onRestart,
    log: say,
    warn,
  });
}
