import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@signet/embedded';
import { waitFor } from '@signet/testing';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url));

export type ServiceName = 'registry' | 'ingestion' | 'delivery';

/** The content of local.json, which `npm start` writes. */
export interface LocalFile {
  readonly url: string;
  readonly installation: string;
  readonly operatorKey: string;
  readonly tenantId: string;
  readonly tenantKey: string;
  readonly producerKey: string;
  readonly kafkaBrokers: string;
  readonly prefix: string;
  readonly databaseUrl: string;
  readonly services: Readonly<Record<ServiceName, { pid: number; port: number; managementPort: number }>>;
  readonly prometheus?: string;
  readonly alertmanager?: string;
}

/** The whole product as `npm start` runs it, with a folder and ports of its own. */
export class Signet {
  private constructor(
    readonly dataDir: string,
    private readonly launcher: ChildProcess,
  ) {}

  /** Starts everything and resolves when it is ready. `env` adds settings; `args` are passed on as in `npm start -- …`. */
  static async start(
    env: Readonly<Record<string, string>> = {},
    dataDir?: string,
    args: readonly string[] = [],
  ): Promise<Signet> {
    const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'signet-e2e-')));
    const logFile = join(directory, 'launcher.log');
    const logged = (): Promise<string> => readFile(logFile, 'utf8').catch(() => '');
    const earlier = await logged();
    const output = async (): Promise<string> => (await logged()).slice(earlier.length);
    const launcher = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'tools/dev/start.ts', ...args], {
      cwd: ROOT,
      env: {
        ...withoutSettings(process.env),
        SIGNET_DATA_DIR: directory,
        SIGNET_PORT: String(await freePort()),
        TEST_IS_SHORT_LIVED: 'yes',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(logFile, { flags: 'a' });
    launcher.stdout?.pipe(log);
    launcher.stderr?.pipe(log);
    const signet = new Signet(directory, launcher);
    const isReady = async (): Promise<boolean> =>
      existsSync(signet.localFile) && (await output()).includes('Signet is ready');
    await waitFor(async () => launcher.exitCode !== null || (await isReady()), {
      what: 'Signet to be ready',
      timeoutMs: 120_000,
    });
    if (launcher.exitCode !== null) throw new Error(`npm start ended: ${await output()}`);
    return signet;
  }

  /** Read again each time: a service that was restarted has another pid. */
  async local(): Promise<LocalFile> {
    return JSON.parse(await readFile(this.localFile, 'utf8')) as LocalFile;
  }

  get pid(): number {
    return this.launcher.pid ?? 0;
  }

  private get localFile(): string {
    return join(this.dataDir, 'local.json');
  }

  /** Kills a service with SIGKILL; resolves when the supervisor has restarted it and it is ready. */
  async killAndAwaitReturn(service: ServiceName): Promise<void> {
    const before = (await this.local()).services[service];
    process.kill(before.pid, 'SIGKILL');
    await waitFor(
      async () => {
        const now = (await this.local()).services[service];
        if (now.pid === before.pid) return false;
        return (await fetch(`http://127.0.0.1:${now.managementPort}/readyz`)).ok;
      },
      { what: `${service} to be back` },
    );
  }

  /** Stops it with Ctrl-C; resolves when everything has ended. */
  async stop(): Promise<void> {
    if (this.launcher.exitCode === null) {
      this.launcher.kill('SIGINT');
      await once(this.launcher, 'exit');
    }
  }

  async stopAndForget(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** The environment without Signet's settings, so that the caller's shell does not change the test. */
const withoutSettings = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(SIGNET|OTEL)_/.test(name) || name === 'SIGNET_CACHE_DIR'),
  );
