import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'undici';
import { portsOf } from '../measure/proc.ts';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const OPEN_TIMEOUT_MS = 5_000;
const LOOK_EVERY_MS = 50;

/**
 * The inspector of a Node process of this machine, by the protocol of Chrome DevTools. The process opens its port when it gets SIGUSR1, and
 * not before, and keeps it open: other programs of this machine can then run code in it. So this is for benchmarks only.
 */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#take(String(data)));
    socket.addEventListener('close', () => this.#closed());
  }

  /**
   * @param otherPorts on which the process listens for other reasons: they are not asked
   * @throws when the process opens no inspector. Where several processes have the default port 9229, only the first one does
   */
  static async of(pid: number, otherPorts: readonly number[] = []): Promise<Inspector> {
    const found = await addressOf(pid, otherPorts);
    const socket = new WebSocket(found);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve(), { once: true });
      socket.addEventListener('error', ({ message }) => reject(new Error(`${found}: ${message}`)), { once: true });
    });
    return new Inspector(socket);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Rejects when the process refuses the call, or ends before it answers. */
  call<T = unknown>(method: string, params: object = {}): Promise<T> {
    if (!this.isOpen) return Promise.reject(new Error(`${method}: the process has ended.`));
    const id = ++this.#calls;
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    }) as Promise<T>;
  }

  close(): void {
    this.#socket.close();
  }

  #take(text: string): void {
    const { id, result, error } = JSON.parse(text) as { id?: number; result?: unknown; error?: { message: string } };
    const waiting = this.#waiting.get(id ?? 0);
    // Without an id it is a notice, such as that a script was loaded.
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new Error(error.message));
  }

  #closed(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('The process has ended.'));
    this.#waiting.clear();
  }
}

/** Also of a process whose inspector is open already: SIGUSR1 then does nothing. */
async function addressOf(pid: number, otherPorts: readonly number[]): Promise<string> {
  process.kill(pid, 'SIGUSR1');
  const deadline = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    for (const port of portsOf(pid)) {
      const address = otherPorts.includes(port) ? undefined : await askFor(port);
      if (address !== undefined) return address;
    }
    if (performance.now() > deadline) throw new Error(`Process ${pid} has opened no inspector.`);
    await delay(LOOK_EVERY_MS);
  }
}

async function askFor(port: number): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(1_000);
    const response = await fetch(`http://127.0.0.1:${port}/json/list`, { signal });
    const [target] = (await response.json()) as { webSocketDebuggerUrl?: string }[];
    return target?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}
