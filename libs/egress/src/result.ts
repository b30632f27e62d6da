import type { ErrorClass } from '@signet/contracts';
import type { ClientIdentity } from './tls/client-identity.ts';
import type { Stage } from './response/failures.ts';

/** A request for `post`. */
export interface EgressRequest {
  readonly url: string;
  /** Sent as they are; names of the connection's own headers (host, content-length, …) make it an `invalid_request`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The time limit for everything together: resolving, connecting, sending, headers and body. */
  readonly timeoutMs: number;
  /** The largest part of the response's body that is kept. */
  readonly maxResponseBytes: number;
  /** Sent to receivers that ask for a client certificate. Without effect if the URL has no TLS. */
  readonly identity?: ClientIdentity | undefined;
  /** Called when the request is about to be written, which may be long after `post` was called. If it returns false, it is not sent. */
  readonly mayBegin?: () => boolean;
}

/** Milliseconds, with fractions; null if a step did not happen or its time is not known. */
export interface EgressTimings {
  /** null for an IP literal. Almost 0 if another request has just asked for the same name. */
  readonly dnsMs: number | null;
  /** TCP; null on a connection that was already open. */
  readonly connectMs: number | null;
  /** null without TLS, or on a connection that was already open. */
  readonly tlsMs: number | null;
  /** From the start to the first byte of the response. */
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

/** Why one try failed: its stage, and the code of the system, of OpenSSL or of undici. */
export interface EgressCause {
  readonly stage: Stage;
  /** null if the time was over, or if the error had no code. */
  readonly code: string | null;
  /** The address that was tried. */
  readonly address: string | null;
}

interface Common {
  /** The URL as it was sent; the given URL if nothing could be sent. */
  readonly url: string;
  readonly timings: EgressTimings;
  /**
   * The receiver had closed the kept-alive connection before it sent a byte of a response, so the request was sent once
   * more over a new one. The receiver may, rarely, have seen it twice.
   */
  readonly retriedStaleConnection: boolean;
  /** When the resolver gave the addresses, milliseconds since the epoch; null if it gave none, or was not asked. */
  readonly resolvedAt: number | null;
}

/**
 * The receiver answered, with any status of 200 or more; redirects are responses, too, and are never followed. If the status line can
 * be read, it counts as a response even if the rest is not valid HTTP/1.1.
 */
export interface EgressResponse extends Common {
  readonly kind: 'response';
  readonly statusCode: number;
  /** Names in lower case; values of a repeated header joined by ", ". At most `maxHeaderBytes` altogether. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first `maxResponseBytes` bytes as they came, never decompressed. */
  readonly body: Buffer;
  readonly bodyTruncated: boolean;
  /** A sentence about the fault of a response that is not valid HTTP/1.1, whose headers and body may be incomplete; null: it is valid. */
  readonly note: string | null;
  /** The address that was connected to. */
  readonly address: string;
}

/** There was no whole response. */
export interface EgressFailure extends Common {
  readonly kind: 'failure';
  readonly errorClass: ErrorClass;
  /** A sentence for people. For `blocked_address` it says nothing about the server at that address. */
  readonly message: string;
  /** The address that was tried; null if there was none, or if it must not be shown (`blocked_address`). */
  readonly address: string | null;
  /**
   * When the failed look-up was begun, milliseconds since the epoch; null if no look-up failed. Requests for one name share a
   * look-up, so it may have begun before the request.
   */
  readonly lookupBegunAt: number | null;
  /** One for each address that was tried, in order; empty if none was tried. */
  readonly causes: readonly EgressCause[];
}

export type EgressResult = EgressResponse | EgressFailure;
