import { join } from 'node:path';
import type { DataDir } from './data-dir.ts';
import type { ServiceName } from './gateway-routes.ts';
import { SERVICES } from './gateway-routes.ts';
import type { Keys } from './keys.ts';
import type { Ports } from './ports.ts';
import { say, warn } from './progress.ts';
import type { RunningFile } from './running-file.ts';
import { SECRETS } from './settings.ts';
import type { DevSettings } from './settings.ts';
import { Supervised } from './supervised.ts';

const PORTS: Readonly<Record<ServiceName, number>> = { registry: 3000, ingestion: 3001, delivery: 3002 };
const MANAGEMENT_OFFSET = 100;
/** More than a service takes for its checks. */
const READY_ANSWER_MS = 5_000;

export interface Service {
  readonly name: ServiceName;
  readonly port: number;
  readonly managementPort: number;
  readonly process: Supervised;
}

export interface ServicesOptions {
  readonly settings: DevSettings;
  readonly dataDir: DataDir;
  readonly keys: Keys;
  readonly databaseUrl: string;
  readonly kafkaBrokers: string;
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

  /** Those that run or are being started, each with its ports. */
  get all(): readonly Service[] {
    return SERVICES.flatMap((name) => this.#services.get(name) ?? []);
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
  const { settings, dataDir, keys, databaseUrl, kafkaBrokers, running, onRestart } = options;
  return new Supervised({
    name,
    script: `apps/${name}/dist/main.js`,
    logFile: join(dataDir.logs, `${name}.log`),
    // The user's own SIGNET_* settings pass through; these are what `npm start` decides.
    env: {
      ...process.env,
      ...Object.fromEntries(SECRETS.map((name) => [`${name}_FILE`, undefined])),
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? dataDir.compiled,
      // Whoever presses Ctrl-C waits for what is in flight, but not for long; what is left is done at the next start.
      SIGNET_SHUTDOWN_DEADLINE: process.env['SIGNET_SHUTDOWN_DEADLINE'] ?? '10s',
      // Nobody here has to hear of a stop before it.
      SIGNET_DRAIN_PAUSE: process.env['SIGNET_DRAIN_PAUSE'] ?? '0s',
      // Less than the supervisor waits for, so that the service itself says what it waits for.
      SIGNET_STARTUP_WAIT: settings.startupWait,
      SIGNET_HOST: '127.0.0.1',
      // The gateway, which says who asks.
      SIGNET_TRUSTED_PROXIES: '127.0.0.1/32',
      SIGNET_HTTP_PORT: String(port),
      SIGNET_MANAGEMENT_PORT: String(managementPort),
      SIGNET_INSTALLATION: keys.installation,
      SIGNET_DATABASE_URL: databaseUrl,
      SIGNET_KAFKA_BROKERS: kafkaBrokers,
      SIGNET_SEALING_KEYS: keys.sealingKeys,
      SIGNET_OPERATOR_KEY: keys.operatorKey,
      SIGNET_EGRESS_ALLOW: settings.egressAllow,
      SIGNET_SOURCE_TOPICS: settings.sourceTopics.join(','),
    },
    isReady: (pid) => answersReady(managementPort, pid),
    onStart: (pid) => running.add(name, pid),
    onReady: onRestart,
    log: say,
    warn,
  });
}

/** Whether this very process is ready: where its port was taken before it listened, another Signet's service may answer there. */
async function answersReady(managementPort: number, pid: number): Promise<boolean> {
  const signal = AbortSignal.timeout(READY_ANSWER_MS);
  const response = await fetch(`http://127.0.0.1:${managementPort}/readyz`, { signal });
  return response.ok && response.headers.get('signet-process-id') === String(pid);
}
