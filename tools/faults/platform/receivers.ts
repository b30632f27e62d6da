import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Identity } from '@signet/testing';
import { linkTo } from './own-network.ts';
import type { ReceiversAnswer, ReceiversOrder } from './receivers-process.ts';

const SCRIPT = fileURLToPath(new URL('./receivers-process.ts', import.meta.url));
const PORT = 443;

export interface Receiver {
  readonly name: string;
  readonly address: string;
  /** Which of the tenants it belongs to, from 0. */
  readonly tenant: number;
}

/** So many receivers, each a host with a name and an address of its own; tenant after tenant. */
export const receiversOf = (hosts: number, tenants: number): Receiver[] =>
  Array.from({ length: hosts }, (_, n) => ({
    name: `host-${n}.receivers.example`,
    address: `10.77.${1 + (n % tenants)}.${1 + n}`,
    tenant: n % tenants,
  }));

/** The process in which the receivers run, in a network namespace of its own behind a link. */
export class Receivers {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  static async start(receivers: readonly Receiver[], { cert, key }: Identity): Promise<Receivers> {
    const args = ['--net', '--', process.execPath, '--disable-warning=ExperimentalWarning', SCRIPT];
    // unshare becomes the script, so that its process id is that of the namespace.
    const child = spawn('unshare', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(child, 'spawn');
    const started = new Receivers(child);
    // Once the process answers, it runs in its own namespace, so that its link can be made.
    await started.#ask({ kind: 'report' });
    const addresses = receivers.map(({ address }) => address);
    linkTo(started.pid, addresses);
    await started.#ask({ kind: 'listen', addresses, port: PORT, cert, key });
    return started;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async kill(receivers: readonly Receiver[]): Promise<void> {
    await this.#ask({ kind: 'kill', addresses: receivers.map(({ address }) => address) });
  }

  /** `host webhook-id` of each delivery that was answered with 200. */
  async received(): Promise<ReadonlySet<string>> {
    const answer = await this.#ask({ kind: 'report' });
    return new Set(answer.kind === 'report' ? answer.received : []);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  async #ask(order: ReceiversOrder): Promise<ReceiversAnswer> {
    const answered = once(this.#process, 'message') as Promise<[ReceiversAnswer]>;
    this.#process.send(order);
    return (await answered)[0];
  }
}
