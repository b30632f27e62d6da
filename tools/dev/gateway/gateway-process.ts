import { join } from 'node:path';
import type { DataDir } from '../data-folder/data-dir.ts';
import type { FromGateway } from './gateway-messages.ts';
import type { Upstreams } from './gateway-proxy.ts';
import { say, warn } from '../progress.ts';
import type { RunningFile } from '../data-folder/running-file.ts';
import { Supervised } from '../services/supervised.ts';

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  readonly upstreams: Upstreams;
  readonly dataDir: DataDir;
  readonly running: RunningFile;
}

/** The gateway as a process of its own: the supervisor stays light, and a load has a core for it. */
export function superviseGateway({ host, port, upstreams, dataDir, running }: GatewayOptions): Supervised {
  let isListening = false;
  return new Supervised({
    name: 'gateway',
    script: 'tools/dev/gateway/gateway.ts',
    logFile: join(dataDir.logs, 'gateway.log'),
    env: {
      PATH: process.env['PATH'],
      // For example a port for its inspector, as the services have it.
      NODE_OPTIONS: process.env['NODE_OPTIONS'],
      GATEWAY_HOST: host,
      GATEWAY_PORT: String(port),
      GATEWAY_UPSTREAMS: JSON.stringify(upstreams),
    },
    // The process itself reports that it listens: on its port, another program might answer a request.
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
