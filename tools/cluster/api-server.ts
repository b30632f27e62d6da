import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@signet/embedded';

/** 4 s on a quiet machine. Milliseconds. */
const READY_MS = 180_000;
const BETWEEN_CHECKS_MS = 250;

export interface Answer {
  readonly ok: boolean;
  readonly output: string;
}

/** A real kube-apiserver with its etcd on loopback. There are no controllers, no scheduler and no nodes: it validates objects and runs nothing. */
export class ApiServer {
  readonly #children: ChildProcess[] = [];
  readonly #token = randomBytes(24).toString('hex');
  #port = 0;

  readonly #binary: string;
  readonly #folder: string;

  constructor(binary: string, folder: string) {
    this.#binary = binary;
    this.#folder = folder;
  }

  async start(): Promise<void> {
    const [clients, peers] = [await freePort(), await freePort()];
    const at = (port: number): string => `http://127.0.0.1:${port}`;
    this.#spawn('etcd', [
      ...[
        '--data-dir',
        join(this.#folder, 'etcd'),
        '--listen-client-urls',
        at(clients),
        '--advertise-client-urls',
        at(clients),
      ],
      ...[
        '--listen-peer-urls',
        at(peers),
        '--initial-advertise-peer-urls',
        at(peers),
        '--initial-cluster',
        `default=${at(peers)}`,
      ],
      // Nothing of it is kept.
      '--unsafe-no-fsync',
    ]);
    this.#port = await freePort();
    const key = join(this.#folder, 'accounts.pem');
    writeFileSync(
      key,
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
      { mode: 0o600 },
    );
    const tokens = join(this.#folder, 'tokens.csv');
    writeFileSync(tokens, `${this.#token},operator,operator,system:masters\n`, { mode: 0o600 });
    mkdirSync(join(this.#folder, 'certificates'));
    this.#spawn(this.#binary, [
      ...[
        `--etcd-servers=${at(clients)}`,
        `--secure-port=${this.#port}`,
        '--bind-address=127.0.0.1',
        '--advertise-address=127.0.0.1',
      ],
      ...[
        `--cert-dir=${join(this.#folder, 'certificates')}`,
        `--token-auth-file=${tokens}`,
        '--authorization-mode=RBAC',
      ],
      ...[
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${key}`,
        `--service-account-signing-key-file=${key}`,
      ],
      '--service-cluster-ip-range=10.96.0.0/16',
    ]);
    this.#writeKubeconfig();
    await this.#untilReady();
  }

  #spawn(program: string, args: readonly string[]): void {
    const name = program.split('/').at(-1) ?? program;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(this.#folder, `${name}.log`));
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    // If the program is missing, the check for readiness reports it from this log.
    child.once('error', (error) => log.write(String(error)));
    this.#children.push(child);
  }

  async #untilReady(): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (!this.kubectl(['get', '--raw', '/readyz']).ok) {
      if (Date.now() > deadline || this.#children.some(({ exitCode }) => exitCode !== null))
        throw new Error(`The API server is not ready:\n${this.#lastLines()}`);
      await wait(BETWEEN_CHECKS_MS);
    }
  }

  #lastLines(): string {
    const names = ['etcd.log', `${this.#binary.split('/').at(-1)}.log`];
    return names
      .map((name) => readFileSync(join(this.#folder, name), 'utf8').split('\n').slice(-10).join('\n'))
      .join('\n');
  }

  /** The file that gives kubectl this server's address and a user in the group system:masters. */
  get kubeconfig(): string {
    return join(this.#folder, 'kubeconfig.yaml');
  }

  #writeKubeconfig(): void {
    const server = `https://127.0.0.1:${this.#port}`;
    const authority = join(this.#folder, 'certificates/apiserver.crt');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'here', cluster: { server, 'certificate-authority': authority } }],
      users: [{ name: 'operator', user: { token: this.#token } }],
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'operator' } }],
      'current-context': 'here',
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config), { mode: 0o600 });
  }

  kubectl(args: readonly string[], input?: string): Answer {
    const given = [`--cache-dir=${join(this.#folder, 'kubectl')}`];
    const { status, stdout, stderr } = spawnSync('kubectl', [...given, ...args], {
      encoding: 'utf8',
      input: input ?? '',
      // Hides the kubeconfig of the person who runs this, so that none of their clusters is touched.
      env: { ...process.env, KUBECONFIG: this.kubeconfig },
    });
    return { ok: status === 0, output: `${stdout}${stderr}` };
  }

  async stop(): Promise<void> {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.pid === undefined) continue;
      child.kill('SIGTERM');
      await once(child, 'close');
    }
  }
}
