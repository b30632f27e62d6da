import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import { certificateError } from '../tls/certificate-name.ts';
import type { Endpoint } from './endpoint.ts';
import { HeardBytes } from './heard-bytes.ts';

/** The connector refused the address. The message may be shown to a tenant. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError';
  readonly code = 'blocked_address';

  constructor() {
    super('The address is not allowed.');
  }
}

export type LinkPhase = 'closed' | 'tcp' | 'tls' | 'open';

/**
 * The connection of one undici client: opens it to the pinned address only, and knows its state.
 *
 * The address is checked in the connector and not in a `lookup`, because neither undici nor node:net calls `lookup` for an IP
 * literal. No name is resolved here: Node.js gets an address, so a name cannot change its address between check and connection.
 */
export class Link {
  phase: LinkPhase = 'closed';
  /** Requests written to the present connection. */
  served = 0;
  connectMs: number | null = null;
  tlsMs: number | null = null;
  /** Set by the pool; called when the connection is free, with whether it can be used again. */
  onFree: ((usable: boolean) => void) | undefined;
  readonly heard = new HeardBytes();
  readonly #endpoint: Endpoint;
  #opening: Socket | undefined;
  readonly #hear = (chunk: Buffer): void => this.heard.hear(chunk);

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** undici's connector. */
  readonly connect: buildConnector.connector = (_options, callback) => {
    const { address, rules, secure } = this.#endpoint;
    this.served = 0;
    this.connectMs = null;
    this.tlsMs = null;
    this.phase = 'tcp';
    if (!rules.isAllowed(address)) {
      process.nextTick(callback, new BlockedAddressError(), null);
      return;
    }
    const startedAt = performance.now();
    const socket = secure ? this.#openTls() : this.#openTcp();
    this.#opening = socket;

    let settled = false;
    const settle = (error: Error | null): void => {
      if (settled) return;
      settled = true;
      this.#opening = undefined;
      if (error) callback(error, null);
      else {
        this.phase = 'open';
        callback(null, socket);
        // After undici has begun to listen for `readable`: node then emits `data` for each chunk that undici reads, and
        // leaves the flow to undici (documented of streams that have listeners of both kinds).
        socket.on('data', this.#hear);
      }
    };
    socket.once('connect', () => {
      this.connectMs = performance.now() - startedAt;
      if (secure) this.phase = 'tls';
      else settle(null);
    });
    socket.once('secureConnect', () => {
      this.tlsMs = performance.now() - startedAt - (this.connectMs ?? 0);
      this.#keepSession(socket as TLSSocket);
      settle(null);
    });
    // The listener stays, so that a late error cannot become an uncaught one.
    socket.on('error', settle);
    socket.once('close', () => {
      settle(new Error('The connection was closed while it was being opened.'));
      this.phase = 'closed';
    });
  };

  /** To be called when the request on this connection has ended. */
  free(usable: boolean): void {
    this.heard.stop();
    this.onFree?.(usable);
  }

  /** Gives up a connection that is still being opened; one that is open belongs to undici. */
  abandon(reason: Error): void {
    this.#opening?.destroy(reason);
  }

  #openTcp(): Socket {
    const { address, port } = this.#endpoint;
    return connectTcp({ host: address, port, autoSelectFamily: false, noDelay: true });
  }

  #openTls(): TLSSocket {
    const { address, port, host, secureContext, session } = this.#endpoint;
    const socket = connectTls({
      host: address,
      port,
      // SNI is for names only (RFC 6066); the certificate must be for the URL's host either way.
      servername: isIP(host) ? '' : host,
      checkServerIdentity: (_name, certificate) => certificateError(host, certificate),
      // Set explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
      secureContext,
      ...(session === undefined ? {} : { session }),
    });
    return socket.setNoDelay(true);
  }

  /**
   * Keeps only sessions of connections whose certificate was accepted: when a session is resumed, the certificate is not checked
   * against the host's name again.
   */
  #keepSession(socket: TLSSocket): void {
    socket.on('session', (session) => {
      this.#endpoint.session = session;
    });
  }
}
