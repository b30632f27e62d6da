import type * as Embedded from '@signet/embedded';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCacheDir, ROOT } from '../dev/settings.ts';
import { endStragglers } from './stragglers.ts';

const PREFIX = 'signet-test-';
const OWNER = 'owner.json';
// Loaded on demand: before the build stage there is nothing to load.
const embedded = (): Promise<typeof Embedded> => import('@signet/embedded');
const log = (line: string): void => console.log(`   ${line}`);

/** One PostgreSQL and one Kafka for a run of the tests, on free ports, in a temporary folder that is removed with them. */
export class TestServers {
  readonly folder: string;
  #postgres: Embedded.RunningPostgres | undefined;
  #kafka: Embedded.RunningKafka | undefined;
  #starting: Promise<unknown> = Promise.resolve();

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), PREFIX));
    // PostgreSQL runs as another user when we are root, and has to pass through.
    chmodSync(this.folder, 0o755);
  }

  /** Resolves to the variables that tell the tests where the servers are. */
  async start(): Promise<NodeJS.ProcessEnv> {
    const { ensureKafkaJars, markOf, startKafka, startPostgres } = await embedded();
    writeFileSync(join(this.folder, OWNER), JSON.stringify(markOf(process.pid)));
    await removeLeftovers();
    const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? defaultCacheDir(process.env);
    const starting = Promise.allSettled([
      startPostgres({ dataDir: join(this.folder, 'postgres'), log }).then((server) => (this.#postgres = server)),
      ensureKafkaJars({ cacheDir, pom: join(ROOT, 'tools/kafka/pom.xml'), log })
        .then((libDir) => startKafka({ dataDir: join(this.folder, 'kafka'), libDir, log }))
        .then((server) => (this.#kafka = server)),
    ]);
    this.#starting = starting;
    for (const result of await starting) if (result.status === 'rejected') throw result.reason;
    log(`PostgreSQL on port ${this.#postgres?.port}, Kafka on port ${this.#kafka?.port}, in ${this.folder}`);
    return {
      SIGNET_TEST_DATABASE_URL: this.#postgres?.url,
      SIGNET_TEST_KAFKA_BROKERS: this.#kafka?.brokers,
      // Processes that tests leave behind are found by this variable at the end; files, by their folder.
      SIGNET_TEST_FOLDER: this.folder,
      TMPDIR: this.folder,
      // Without it, each start of a service would compile the same thousand files again and write them.
      NODE_COMPILE_CACHE: join(this.folder, 'compiled'),
    };
  }

  /** Kills both servers and removes their data at once, because none of it is kept. */
  async stop(): Promise<void> {
    await this.#starting;
    await Promise.all([this.#kafka?.stop({ hard: true }), this.#postgres?.stop({ hard: true })]);
    await removeFolder(this.folder);
  }
}

/** Removes what runs that were killed left in the temporary folder, their servers included. */
async function removeLeftovers(): Promise<void> {
  const { isRunning } = await embedded();
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const owner = readOwner(folder);
    if (owner === undefined || isRunning(owner)) continue;
    log(`Removing ${folder}, which an earlier run left behind`);
    await removeFolder(folder);
  }
}

function readOwner(folder: string): Embedded.ProcessMark | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, OWNER), 'utf8')) as Embedded.ProcessMark;
  } catch {
    return undefined;
  }
}

async function removeFolder(folder: string): Promise<void> {
  endStragglers(folder);
  // Without a build there were no servers.
  const servers = await embedded().catch(() => undefined);
  await servers?.removePostgres(join(folder, 'postgres'), log);
  await servers?.removeKafka(join(folder, 'kafka'), log);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
