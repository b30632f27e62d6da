import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Addresses of the link between the two namespaces: this side and the other one. The network is used for nothing else. */
export const HERE = '10.236.36.1';
const THERE = '10.236.36.2';
const NETWORK_BITS = 30;
export const NETWORK = `10.236.36.0/${NETWORK_BITS}`;

const ip = (...args: string[]): unknown => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });

/** A process in a network namespace of its own, joined to this one by a pair of interfaces: another machine, as far as TCP can tell. */
export class Namespace {
  readonly process: ChildProcess;
  readonly #wire: string;

  private constructor(process: ChildProcess, wire: string) {
    this.process = process;
    this.#wire = wire;
  }

  /** The process is to wait for its first message before it uses the network. */
  static async start(command: string, args: readonly string[]): Promise<Namespace> {
    const child = spawn('unshare', ['--net', command, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const wire = `signet${child.pid}`;
    const there = `peer${child.pid}`;
    const namespace = new Namespace(child, wire);
    // The first message says that the namespace is there.
    await once(child, 'message');
    ip('link', 'add', wire, 'type', 'veth', 'peer', 'name', there, 'netns', String(child.pid));
    ip('address', 'add', `${HERE}/${NETWORK_BITS}`, 'dev', wire);
    ip('link', 'set', wire, 'up');
    namespace.#inside('address', 'add', `${THERE}/${NETWORK_BITS}`, 'dev', there);
    namespace.#inside('link', 'set', there, 'up');
    return namespace;
  }

  /** Takes its link down, as when a machine loses its power: it sends nothing more, neither FIN nor RST. */
  disappear(): void {
    this.#inside('link', 'set', `peer${this.process.pid}`, 'down');
  }

  /** Stops the process (SIGSTOP); its kernel goes on answering. */
  standStill(): void {
    this.process.kill('SIGSTOP');
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
    // The kernel removes the link together with the namespace, perhaps later: remove it now.
    try {
      execFileSync('ip', ['link', 'delete', this.#wire], { stdio: 'ignore' });
    } catch {
      // Gone already.
    }
  }

  #inside(...args: string[]): void {
    execFileSync('nsenter', ['-t', String(this.process.pid), '-n', 'ip', ...args], { stdio: 'inherit' });
  }
}
