import { createSecureContext, getCACertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { systemClock } from '@signet/contracts';
import type { Clock } from '@signet/contracts';
import { LRUCache } from 'lru-cache';
import type { ClientIdentity } from './tls/client-identity.ts';
import { Exchange } from './exchange.ts';
import { connectionHeaderIn } from './headers.ts';
import { HostPool } from './connection/host-pool.ts';
import { Lookups, systemLookupsAtOnce, systemResolve } from './address/lookups.ts';
import type { Resolve } from './address/lookups.ts';
import { AddressBook } from './address/resolver.ts';
import type { EgressFailure, EgressRequest, EgressResult } from './result.ts';
import type { EgressRules } from './address/rules.ts';
import { targetOf } from './address/target.ts';
import type { Target } from './address/target.ts';

export interface EgressClientOptions {
  readonly rules: EgressRules;
  /** Default: the machine's own resolver. */
  readonly resolve?: Resolve;
  readonly clock?: Clock;
  /** Connections to one address of one origin. Further requests wait for a free one, within their own time. Default 64. */
  readonly maxConnectionsPerHost?: number;
  /** For how many pairs of origin and address connections are kept; the least recently used pair is dropped. Default 2,000. */
  readonly maxHosts?: number;
  /** How long an unused connection is kept open. Default 4,000. */
  readonly keepAliveMs?: number;
  /** All headers of a response together. Default 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** Certificates (PEM) that are trusted in addition to those that Node.js trusts. */
  readonly extraCertificates?: readonly string[];
}

/** The client was closed before the request: a mistake in this process, and not the fault of the receiver. */
export class EgressClosedError extends Error {
  override readonly name = 'EgressClosedError';
  readonly code = 'egress_closed';
}

/** The request was not sent, since `EgressRequest.mayBegin` returned false. */
export class EgressWithheldError extends Error {
  override readonly name = 'EgressWithheldError';
  readonly code = 'egress_withheld';
}

const MAX_TARGETS = 10_000;
/** A pool that was not used for this long is closed; its connections were closed long before. */
const POOL_IDLE_MS = 60_000;

/**
 * Sends POSTs to URLs that tenants chose, only to addresses which the rules allow: it resolves the name, checks every address,
 * pins one of them, and connects to that one; SNI, certificate and Host still use the name. It never follows a redirect, never
 * decompresses, and never keeps more of a response than the caller asked for.
 */
export class EgressClient {
  readonly #rules: EgressRules;
  readonly #book: AddressBook;
  readonly #limits: { maxConnections: number; keepAliveMs: number; maxHeaderBytes: number };
  /** The trusted certificates; empty if they are only those that Node.js trusts. */
  readonly #trusted: { readonly ca?: string[] };
  readonly #secureContext: SecureContext;
  readonly #contexts = new WeakMap<ClientIdentity, SecureContext>();
  /** The target of a URL can be cached for ever, since the rules do not change. */
  readonly #targets = new LRUCache<string, Target>({ max: MAX_TARGETS });
  readonly #pools: LRUCache<string, HostPool>;
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;
  #underWay = 0;
  #onLastEnded: (() => void) | undefined;

  constructor(options: EgressClientOptions) {
    this.#rules = options.rules;
    this.#book = new AddressBook({
      rules: options.rules,
      lookups: new Lookups(options.resolve ?? systemResolve, systemLookupsAtOnce()),
      clock: options.clock ?? systemClock,
    });
    this.#limits = {
      maxConnections: options.maxConnectionsPerHost ?? 64,
      keepAliveMs: options.keepAliveMs ?? 4000,
      maxHeaderBytes: options.maxHeaderBytes ?? 16 * 1024,
    };
    // One context for all connections: to read the certificates for each connection would take milliseconds.
    this.#trusted = trusting(options.extraCertificates ?? []);
    this.#secureContext = createSecureContext(this.#trusted);
    this.#pools = new LRUCache({ max: options.maxHosts ?? 2000, dispose: (pool) => pool.close() });
    this.#sweeper = setInterval(() => this.#closeIdlePools(), POOL_IDLE_MS / 2).unref();
  }

  /**
   * Sends one POST. A failure of the network or the receiver is a value and no error; a response of any status is a `response`.
   *
   * @throws EgressClosedError (as a rejection) after `close`
   * @throws EgressWithheldError (as a rejection) if the request has not begun and may not begin any more
   */
  post(request: EgressRequest): Promise<EgressResult> {
    if (this.#closed) return Promise.reject(new EgressClosedError('The egress client is closed.'));
    const target = this.#targetOf(request.url);
    if (!target.ok) return Promise.resolve(refusal(request, target.errorClass, target.message));
    const name = connectionHeaderIn(request.headers);
    if (name !== undefined) {
      return Promise.resolve(refusal(request, 'invalid_request', `The header "${name}" belongs to the connection.`));
    }

    // For URLs without TLS the identity has no effect, so all requests share one pool.
    const identity = target.secure ? request.identity : undefined;
    const secureContext = this.#contextOf(identity);
    if (!secureContext) {
      return Promise.resolve(refusal(request, 'invalid_request', 'The client certificate cannot be used.'));
    }

    this.#underWay += 1;
    return new Promise((resolve, reject) => {
      const { headers, body } = request;
      const exchange = new Exchange({
        request,
        url: target.sent,
        dispatch: { path: target.path, method: 'POST', headers, body },
        poolOf: (address) => this.#poolOf(target, address, secureContext, identity),
        settle: (result) => {
          resolve(result);
          this.#ended();
        },
        withhold: () => {
          reject(new EgressWithheldError('The request may not begin any more.'));
          this.#ended();
        },
      });
      if (target.literal) return exchange.resolved(target.literal, false);
      const resolution = this.#book.find(target.host);
      if (!(resolution instanceof Promise)) return exchange.resolved(resolution, true);
      void resolution.then((found) => exchange.resolved(found, true));
    });
  }

  /** Ends requests that wait for a connection and may not begin any more now, instead of when a connection is free. */
  withholdWaiting(): void {
    for (const pool of this.#pools.values()) pool.withholdWaiting();
  }

  /** Takes no more requests; resolves when those under way have ended, each within its own time. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    if (this.#underWay > 0) await new Promise<void>((ended) => (this.#onLastEnded = ended));
    this.#pools.clear();
  }

  #ended(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#onLastEnded?.();
  }

  #targetOf(url: string): Target {
    let target = this.#targets.get(url);
    if (target === undefined) {
      target = targetOf(url, this.#rules);
      this.#targets.set(url, target);
    }
    return target;
  }

  /** undefined if TLS cannot use the identity. */
  #contextOf(identity: ClientIdentity | undefined): SecureContext | undefined {
    if (!identity) return this.#secureContext;
    let context = this.#contexts.get(identity);
    if (context) return context;
    try {
      context = identity.secureContext(this.#trusted);
    } catch {
      return undefined;
    }
    this.#contexts.set(identity, context);
    return context;
  }

  /** One pool for each origin, address and identity: a connection and its TLS session must not be used with another identity. */
  #poolOf(
    target: Target & { ok: true },
    address: string,
    secureContext: SecureContext,
    identity: ClientIdentity | undefined,
  ): HostPool {
    const key = `${target.origin} ${address} ${identity?.serial ?? ''}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const { origin, secure, port, host } = target;
      const rules = this.#rules;
      pool = new HostPool(
        { origin, secure, port, host, address, rules, secureContext, session: undefined },
        this.#limits,
      );
      this.#pools.set(key, pool);
    }
    pool.lastUsedAt = performance.now();
    return pool;
  }

  #closeIdlePools(): void {
    const before = performance.now() - POOL_IDLE_MS;
    for (const [key, pool] of this.#pools.entries()) if (pool.lastUsedAt < before) this.#pools.delete(key);
  }
}

const trusting = (extra: readonly string[]): { ca?: string[] } =>
  extra.length === 0 ? {} : { ca: [...getCACertificates('default'), ...extra] };

const NOTHING_HAPPENED = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 0 } as const;

const refusal = (
  { url }: EgressRequest,
  errorClass: 'invalid_request' | 'blocked_address',
  message: string,
): EgressFailure => ({
  kind: 'failure',
  url,
  errorClass,
  message,
  address: null,
  timings: NOTHING_HAPPENED,
  retriedStaleConnection: false,
  resolvedAt: null,
  lookupBegunAt: null,
  causes: [],
});
