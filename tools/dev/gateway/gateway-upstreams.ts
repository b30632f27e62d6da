import { setTimeout as delay } from 'node:timers/promises';
import { Pool, request } from 'undici';
import { chooseUpstream, NOT_ASKED, readinessAfter } from './upstream-choice.policy.ts';
import type { Readiness, ReadinessAnswer } from './upstream-choice.policy.ts';

/** A process of a service. */
export interface Upstream {
  /** Base URL, such as http://127.0.0.1:3000. */
  readonly url: string;
  /** Base URL of its management port, where it says whether it is ready. It is asked only where there is a choice. */
  readonly managementUrl?: string;
}

const CONNECTIONS = 128;
/** Longer than any service takes to answer; a hung service must not hang its callers for ever. */
const ANSWER_MS = 60_000;
/** A service that stops is not ready for SIGNET_DRAIN_PAUSE (5s) before it refuses anything: a tenth of that. */
const ASK_EVERY_MS = 500;
const READINESS_MS = 2_000;

/** One process, while the gateway runs. */
export interface UpstreamState {
  readonly pool: Pool;
  underWay: number;
  readiness: Readiness;
}

/** The processes of one service. */
export class ServiceUpstreams {
  readonly #states: readonly UpstreamState[];
  readonly #closing = new AbortController();
  #turn = 0;

  constructor(upstreams: readonly Upstream[]) {
    this.#states = upstreams.map(({ url }) => ({
      pool: new Pool(url, { connections: CONNECTIONS, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS }),
      underWay: 0,
      readiness: NOT_ASKED,
    }));
    if (upstreams.length === 1) return;
    upstreams.forEach(({ managementUrl }, index) => {
      const state = this.#states[index];
      if (state !== undefined && managementUrl !== undefined) void this.#watch(state, `${managementUrl}/readyz`);
    });
  }

  /**
   * The process that gets a request. The caller counts the request in `underWay`.
   *
   * @param tried processes that refused a connection for this request
   * @returns undefined: all have been tried
   */
  choose(tried: ReadonlySet<UpstreamState>): UpstreamState | undefined {
    const candidates = this.#states.map(({ underWay, readiness: { standing } }) => ({ standing, underWay }));
    const indexes = new Set([...tried].map((state) => this.#states.indexOf(state)));
    const chosen = chooseUpstream(candidates, indexes, this.#turn++);
    return chosen === undefined ? undefined : this.#states[chosen];
  }

  close(): void {
    this.#closing.abort();
    this.#states.forEach(({ pool }) => void pool.destroy());
  }

  async #watch(state: UpstreamState, url: string): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      state.readiness = readinessAfter(state.readiness, await ask(url, signal));
      await delay(ASK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

/** Asks on a connection of its own, so that a process that stops need not wait for it. */
async function ask(url: string, closing: AbortSignal): Promise<ReadinessAnswer> {
  const timeout = AbortSignal.timeout(READINESS_MS);
  try {
    const { statusCode, body } = await request(url, { reset: true, signal: AbortSignal.any([timeout, closing]) });
    await body.dump();
    return statusCode === 200 ? 'ready' : 'not ready';
  } catch {
    return timeout.aborted ? 'silent' : 'not ready';
  }
}
