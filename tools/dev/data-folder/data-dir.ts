import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything lies that `npm start` keeps. */
export interface DataDir {
  readonly path: string;
  readonly postgres: string;
  readonly kafka: string;
  readonly logs: string;
  /** Compiled code of the services: a service that is started again reads it instead of compiling anew. */
  readonly compiled: string;
  /** Generated keys. */
  readonly keys: string;
  /** The demo tenant and its keys. */
  readonly demo: string;
  /** The processes that run, so that the next start can end them if this launcher is killed. */
  readonly running: string;
  /** For tools and tests that look for the running system. */
  readonly local: string;
}

export function openDataDir(path: string): DataDir {
  const logs = join(path, 'logs');
  // Other users may enter, because PostgreSQL runs as another user when we are root; files with secrets have mode 600.
  mkdirSync(logs, { recursive: true, mode: 0o755 });
  return {
    path,
    postgres: join(path, 'postgres'),
    kafka: join(path, 'kafka'),
    logs,
    compiled: join(path, 'compiled'),
    keys: join(path, 'keys.json'),
    demo: join(path, 'demo.json'),
    running: join(path, 'running.json'),
    local: join(path, 'local.json'),
  };
}
