import type { Dispatcher } from 'undici';
import type { Endpoint } from './endpoint.ts';
import { PinnedClient } from './pinned-client.ts';
import type { ClientLimits, LinkedHandler } from './pinned-client.ts';

interface Waiting {
  readonly options: Dispatcher.DispatchOptions;
  readonly handler: LinkedHandler;
}

/**
 * The connections to one origin at one address; undici clients of one connection each.
 *
 * undici's own Pool is not used for three reasons: it opens a second connection for a request that follows a response
 * at once (its client is free only after a turn of the event loop), it asks its clients one by one, and it does not tell on
 * which connection a request went; we need that to distinguish a stale connection from a failure.
 */
export class HostPool {
  readonly address: string;
  /** `performance.now()` of the last request. */
  lastUsedAt = 0;
  readonly #endpoint: Endpoint;
  readonly #limits: ClientLimits;
  readonly #maxConnections: number;
  readonly #clients = new Set<PinnedClient>();
  /** The connection that was used last is used next: so a few connections stay in use, and not many become stale. */
  readonly #idle: PinnedClient[] = [];
  #waiting: Waiting[] = [];
  #closed = false;

  constructor(endpoint: Endpoint, limits: ClientLimits & { readonly maxConnections: number }) {
    this.address = endpoint.address;
    this.#endpoint = endpoint;
    this.#limits = limits;
    this.#maxConnections = limits.maxConnections;
  }

  /** Sends over an idle connection, or else a new one, or else waits for a free one, in the order of the calls. */
  dispatch(options: Dispatcher.DispatchOptions, handler: LinkedHandler): void {
    const client = this.#idle.pop() ?? (this.#clients.size < this.#maxConnections ? this.#open() : undefined);
    if (client) client.dispatch(options, handler);
    else this.#waiting.push({ options, handler });
  }

  /** Sends over a connection of its own, which is opened for this request and closed after it. */
  dispatchAlone(options: Dispatcher.DispatchOptions, handler: LinkedHandler): void {
    const client = new PinnedClient(this.#endpoint, this.#limits);
    client.dispatch({ ...options, reset: true }, handler);
    // It waits for the request, and the handler limits the time of the request.
    void client.close();
  }

  /** Ends requests that wait for a connection and may not begin any more. */
  withholdWaiting(): void {
    this.#waiting = this.#waiting.filter(({ handler }) => !handler.isAwaited || !handler.withheld());
  }

  /** Requests under way or waiting go on to their ends; connections without such a request are closed now. */
  close(): void {
    this.#closed = true;
    for (const client of this.#clients) if (!client.isAwaited) this.#drop(client);
  }

  #open(): PinnedClient {
    const client = new PinnedClient(this.#endpoint, this.#limits);
    this.#clients.add(client);
    client.link.onFree = (usable) => this.#free(client, usable);
    // If an idle connection ends, it is removed here; if one with a request ends, undici and the handler take care of it.
    client.on('disconnect', () => {
      if (client.isIdle) this.#drop(client);
    });
    return client;
  }

  #free(client: PinnedClient, usable: boolean): void {
    client.current = undefined;
    if (!usable) this.#drop(client);
    const next = this.#nextWaiting();
    if (next) (usable ? client : this.#open()).dispatch(next.options, next.handler);
    else if (usable && this.#closed) this.#drop(client);
    else if (usable) this.#idle.push(client);
  }

  /** Skips requests whose time has ended while they waited. */
  #nextWaiting(): Waiting | undefined {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined || next.handler.isAwaited) return next;
    }
  }

  #drop(client: PinnedClient): void {
    if (!this.#clients.delete(client)) return;
    const index = this.#idle.indexOf(client);
    if (index >= 0) this.#idle.splice(index, 1);
    void client.destroy();
  }
}
