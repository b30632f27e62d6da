import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../../dev/services/child.ts';
import { startChild } from '../../dev/services/child.ts';
import type { ServiceName } from '../../dev/gateway/gateway-routes.ts';
import { tailOf } from '../../dev/services/log-end.ts';
import { serviceEnvironment } from '../../dev/services/service-environment.ts';
import type { ServicePlaces } from '../../dev/services/service-environment.ts';
import { answersReady } from '../../dev/services/service-readiness.ts';

/** The ports of one replica. The gateway gets all pairs at its start; where no replica listens, the connection is refused. */
export interface PortPair {
  readonly port: number;
  readonly managementPort: number;
}

/** How one ended. */
export interface Ended {
  readonly ms: number;
  /** `exit code 0` or the name of a signal. */
  readonly how: string;
}

const READY_WITHIN_MS = 180_000;
const LOOK_MS = 100;

/** A process of a service, as in a pod. It is not started again: a process that ends by itself has broken a promise. */
export class Replica {
  readonly ports: PortPair;
  readonly #child: Child;
  readonly #logFile: string;

  private constructor(ports: PortPair, child: Child, logFile: string) {
    this.ports = ports;
    this.#child = child;
    this.#logFile = logFile;
  }

  static spawn(name: ServiceName, ports: PortPair, places: ServicePlaces): Replica {
    const logFile = join(places.dataDir.logs, `${name}-${ports.port}.log`);
    // As in a new pod, whose /tmp is empty: what it compiles it compiles anew, and it has to write all of it.
    const env = {
      ...serviceEnvironment(places, ports),
      NODE_COMPILE_CACHE: mkdtempSync(`${places.dataDir.compiled}-`),
    };
    return new Replica(ports, startChild({ name, script: `apps/${name}/dist/main.js`, env, logFile }), logFile);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.process.exitCode === null && this.#child.process.signalCode === null;
  }

  /** @throws Error with the end of its log where it ends before, or is not ready in time */
  async untilReady(stopping: AbortSignal): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await answersReady(this.ports.managementPort, this.pid).catch(() => false))) {
      stopping.throwIfAborted();
      if (!this.isRunning || performance.now() > deadline)
        throw new Error(`A replica did not become ready. ${tailOf(this.#logFile, this.#child.logStart)}`);
      await delay(LOOK_MS);
    }
  }

  /** Ends it as Kubernetes does: SIGTERM, and SIGKILL once the grace period is over. */
  async end(graceSeconds: number): Promise<Ended> {
    const startedAt = performance.now();
    this.#child.process.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.process.kill('SIGKILL'), graceSeconds * 1_000);
    const { code, signal } = await this.#child.exited;
    clearTimeout(kill);
    return { ms: performance.now() - startedAt, how: signal ?? `exit code ${code}` };
  }
}
