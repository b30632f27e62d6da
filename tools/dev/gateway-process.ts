import { join } from 'node:path';
import type { DataDir } from './data-dir.ts';
import type { FromGateway } from './gateway-messages.ts';
import { say, warn } from './progress.ts';
import type { RunningFile } from './running-file.ts';
import type { Service } from './services.ts';
import { Supervised } from './supervised.ts';

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  readonly services: readonly Service[];
  readonly dataDir: DataDir;
  readonly running: RunningFile;
}

/** The gateway as a process of its own: the supervisor stays light, and a load has a core for it. */
export function superviseGateway({ host, port, services, dataDir, running }: GatewayOptions): Supervised {
  const upstreams = Object.fromEntries(services.map(({ name, port }) => [name, `http://127.0.0.1:${port}`]));
  let isListening = false;
  return new Supervised({
    name: 'gateway',
    script: 'tools/dev/gateway.ts',
    logFile: join(dataDir.logs, 'gateway.log'),
    env: {
      PATH: process.env['PATH'],
      GATEWAY_HOST: host,
      GATEWAY_PORT: String(port),
      GATEWAY_UPSTREAMS: JSON.stringify(upstreams),
    },
    // It says so itself: on its port somebody else may answer.
    onMessage: (message) => (isListening ||= (message as FromGateway).kind === 'listening'),
    isReady: async () => isListening,
    onStart: (pid) => {
      isListening = false;
      running.add('gateway', pid);
    },
    log: say,
    warn,
  });
}
