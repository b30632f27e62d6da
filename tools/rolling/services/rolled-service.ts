import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from '../../dev/gateway/gateway-routes.ts';
import type { Upstream } from '../../dev/gateway/gateway-upstreams.ts';
import type { ServicePlaces } from '../../dev/services/service-environment.ts';
import { Replica } from './replica.ts';
import type { Ended, PortPair } from './replica.ts';
import { rollSteps } from './roll-steps.policy.ts';
import type { RollStrategy } from './roll-steps.policy.ts';

/** The times of a roll-out of one service. */
export interface Rolled {
  /** From each start of a process until it was ready, milliseconds. */
  readonly readyAfterMs: readonly number[];
  readonly ended: readonly Ended[];
}

/** The replicas of a service. */
export class RolledService {
  readonly name: ServiceName;
  readonly #portPairs: readonly PortPair[];
  readonly #places: ServicePlaces;
  readonly #stopping: AbortSignal;
  /** The oldest first. */
  readonly #replicas: Replica[] = [];

  /** @param portPairs as many as may run at once */
  constructor(name: ServiceName, portPairs: readonly PortPair[], places: ServicePlaces, stopping: AbortSignal) {
    this.name = name;
    this.#portPairs = portPairs;
    this.#places = places;
    this.#stopping = stopping;
  }

  get upstreams(): Upstream[] {
    return this.#portPairs.map(({ port, managementPort }) => ({
      url: `http://127.0.0.1:${port}`,
      managementUrl: `http://127.0.0.1:${managementPort}`,
    }));
  }

  /** Resolves when so many are ready. */
  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#startOne()));
  }

  /** Replaces every replica, step by step. */
  async roll(strategy: RollStrategy, say: (line: string) => void): Promise<Rolled> {
    const readyAfterMs: number[] = [];
    const ended: Ended[] = [];
    for (const step of rollSteps(strategy)) {
      this.#stopping.throwIfAborted();
      if (step === 'start') {
        const ms = await this.#startOne();
        readyAfterMs.push(ms);
        say(`${this.name}: a new replica was ready after ${(ms / 1_000).toFixed(1)} s`);
        await delay(strategy.minReadySeconds * 1_000, undefined, { signal: this.#stopping });
      } else {
        const oldest = this.#replicas.shift();
        if (oldest === undefined) throw new Error(`No replica of ${this.name} is left.`);
        const how = await oldest.end(strategy.graceSeconds);
        ended.push(how);
        say(`${this.name}: an old replica has ended after ${(how.ms / 1_000).toFixed(1)} s with ${how.how}`);
      }
    }
    return { readyAfterMs, ended };
  }

  /** Number of replicas that have ended without a signal from us. */
  get lost(): number {
    return this.#replicas.filter(({ isRunning }) => !isRunning).length;
  }

  async end(graceSeconds: number): Promise<void> {
    await Promise.all(this.#replicas.splice(0).map((replica) => replica.end(graceSeconds)));
  }

  async #startOne(): Promise<number> {
    const taken = new Set(this.#replicas.map(({ ports }) => ports));
    const ports = this.#portPairs.find((one) => !taken.has(one));
    if (ports === undefined) throw new Error(`There are no ports for one more replica of ${this.name}.`);
    const startedAt = performance.now();
    const replica = Replica.spawn(this.name, ports, this.#places);
    this.#replicas.push(replica);
    await replica.untilReady(this.#stopping);
    return performance.now() - startedAt;
  }
}
