import { Client } from 'undici';
import type { Dispatcher } from 'undici';
import type { Endpoint } from './endpoint.ts';
import { Link } from './link.ts';

/**
 * A request handler that knows the connection it travels on. undici ends every dispatched request with exactly one
 * `onResponseEnd` or `onResponseError`; there the handler calls `link.free`.
 */
export interface LinkedHandler extends Dispatcher.DispatchHandler {
  /** Whether the caller still waits for the outcome. */
  readonly isAwaited: boolean;
  link: Link | undefined;
  /** Ends the request if it has not begun and may not begin any more. Returns whether it was ended. */
  withheld(): boolean;
}

export interface ClientLimits {
  readonly keepAliveMs: number;
  readonly maxHeaderBytes: number;
}

/** An undici client whose one connection goes to the endpoint's pinned address. */
export class PinnedClient extends Client {
  readonly link: Link;
  /** The request under way. */
  current: LinkedHandler | undefined;

  constructor(endpoint: Endpoint, limits: ClientLimits) {
    const link = new Link(endpoint);
    super(endpoint.origin, {
      connect: link.connect,
      pipelining: 1,
      allowH2: false,
      // The exchange limits the time of the whole request. undici's time-outs start anew with each byte: a slow drip or endless 1xx
      // responses would never reach them.
      headersTimeout: 0,
      bodyTimeout: 0,
      // Short, even if the receiver offers more: the longer a connection is idle, the more likely the receiver has closed it.
      keepAliveTimeout: limits.keepAliveMs,
      keepAliveMaxTimeout: limits.keepAliveMs,
      keepAliveTimeoutThreshold: 1000,
      maxHeaderSize: limits.maxHeaderBytes,
    });
    this.link = link;
  }

  get isIdle(): boolean {
    return this.current === undefined;
  }

  /** False when it is idle, or when only the rest of a body is being read. */
  get isAwaited(): boolean {
    return this.current?.isAwaited === true;
  }

  /** Every handler that reaches this client is a `LinkedHandler`: nothing else has access to it. */
  override dispatch(options: Dispatcher.DispatchOptions, handler: LinkedHandler): boolean {
    this.current = handler;
    handler.link = this.link;
    return super.dispatch(options, handler);
  }
}
