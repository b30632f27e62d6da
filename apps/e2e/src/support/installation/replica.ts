import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import { ROOT } from './signet.ts';
import type { ServiceName, Signet } from './signet.ts';

const SENDER_MODULE = fileURLToPath(new URL('./name-the-sender.ts', import.meta.url));

/** Node options for services whose POSTs must show which process sent them. */
export const NAMING_SENDERS = `--disable-warning=ExperimentalWarning --import=${SENDER_MODULE}`;

/** Another process of a service beside the one that `npm start` runs, like a second pod. */
export class Replica {
  private constructor(
    private readonly process: ChildProcess,
    readonly port: number,
    readonly managementPort: number,
  ) {}

  /**
   * Starts it and resolves when it is ready.
   *
   * @param env the settings that `signet` was started with, sealing keys and operator key among them
   * @param stdout a file descriptor; by default its output goes to a file of the data directory
   */
  static async start(
    signet: Signet,
    service: ServiceName,
    env: Readonly<Record<string, string>>,
    stdout: number | 'pipe' = 'pipe',
  ): Promise<Replica> {
    const { installation, databaseUrl, kafkaBrokers } = await signet.local();
    const port = await freePort();
    const managementPort = await freePort();
    const child = spawn(
      process.execPath,
      ['--disable-warning=TimeoutNegativeWarning', '--enable-source-maps', `apps/${service}/dist/main.js`],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          SIGNET_HOST: '127.0.0.1',
          SIGNET_HTTP_PORT: String(port),
          SIGNET_MANAGEMENT_PORT: String(managementPort),
          SIGNET_INSTALLATION: installation,
          SIGNET_DATABASE_URL: databaseUrl,
          SIGNET_KAFKA_BROKERS: kafkaBrokers,
          SIGNET_EGRESS_ALLOW: '127.0.0.0/8',
          SIGNET_DRAIN_PAUSE: '0s',
          ...env,
        },
        stdio: ['ignore', stdout, 'pipe'],
      },
    );
    const log = createWriteStream(join(signet.dataDir, `${service}-${child.pid}.log`));
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    const replica = new Replica(child, port, managementPort);
    await waitFor(() => child.exitCode !== null || replica.isReady(), {
      what: `a replica of ${service} to be ready`,
    });
    if (child.exitCode !== null) throw new Error(`The replica of ${service} ended with ${child.exitCode}.`);
    return replica;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`http://127.0.0.1:${this.managementPort}/readyz`)).ok;
  }

  /** Stops it as a supervisor does; resolves to its exit code. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Stops its execution, with its sockets open, until `goOn`. */
  freeze(): void {
    this.process.kill('SIGSTOP');
  }

  goOn(): void {
    this.process.kill('SIGCONT');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const exited = once(this.process, 'exit');
    this.process.kill(signal);
    await exited;
    return this.process.exitCode;
  }
}
